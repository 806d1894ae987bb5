-- Member system: one card for both brands, enrolled with an SMS code. Gender: M, F, U. Market: the dialling code.
-- Brand of enrolment: AUR, BLM.

CREATE TABLE IF NOT EXISTS member (
  card_no text PRIMARY KEY,
  name_local text,
  name_latin text,
  mobile text,
  mail text,
  birthday date,
  gender char(1),
  tier text NOT NULL,
  home_city text,
  dial_code text NOT NULL,
  wechat_unionid text,
  brand_enrolled text NOT NULL,
  store_enrolled text,
  enrolled_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS points_ledger (
  entry_id bigint PRIMARY KEY,
  card_no text NOT NULL,
  delta integer NOT NULL,
  reason text NOT NULL,
  expires_on date,
  booked_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS coupon (
  coupon_code text PRIMARY KEY,
  card_no text NOT NULL,
  kind text NOT NULL,
  face_value numeric(10, 2),
  ccy char(3),
  issued_at timestamptz NOT NULL,
  expires_on date,
  redeemed_at timestamptz
);

-- One row per card, brand and purpose; a withdrawal sets `granted` to 0.
CREATE TABLE IF NOT EXISTS consent (
  card_no text NOT NULL,
  brand text NOT NULL,
  purpose text NOT NULL,
  granted smallint NOT NULL,
  notice_version text NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (card_no, brand, purpose)
);
