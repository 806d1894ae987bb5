-- Online shop: WeChat mini-programs in the mainland, web shops elsewhere. Sex is WeChat's: 0 unknown, 1 male, 2 female.
-- The phone of an account was confirmed by SMS or given by WeChat; that of a guest order was only typed.

CREATE TABLE IF NOT EXISTS account (
  account_id bigint PRIMARY KEY,
  login text NOT NULL,
  brand text NOT NULL,
  site text NOT NULL,
  app_id text,
  openid text,
  unionid text,
  phone text,
  email text,
  nickname text,
  real_name text,
  sex smallint,
  birth_date date,
  city text,
  is_subscribed boolean NOT NULL DEFAULT false,
  registered_at timestamptz NOT NULL,
  last_login_at timestamptz
);

CREATE TABLE IF NOT EXISTS shop_order (
  order_no text PRIMARY KEY,
  account_id bigint,
  guest_phone text,
  guest_email text,
  brand text NOT NULL,
  site text NOT NULL,
  total numeric(12, 2) NOT NULL,
  currency char(3) NOT NULL,
  state text NOT NULL,
  placed_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS order_line (
  order_no text NOT NULL,
  line_no smallint NOT NULL,
  sku text NOT NULL,
  qty integer NOT NULL,
  price numeric(12, 2) NOT NULL,
  PRIMARY KEY (order_no, line_no)
);

CREATE TABLE IF NOT EXISTS shop_refund (
  refund_id bigint PRIMARY KEY,
  order_no text NOT NULL,
  account_id bigint,
  guest_phone text,
  guest_email text,
  brand text NOT NULL,
  site text NOT NULL,
  amount numeric(12, 2) NOT NULL,
  currency char(3) NOT NULL,
  refunded_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS payment (
  payment_id bigint PRIMARY KEY,
  order_no text NOT NULL,
  account_id bigint,
  guest_phone text,
  guest_email text,
  brand text NOT NULL,
  site text NOT NULL,
  method text NOT NULL,
  amount numeric(12, 2) NOT NULL,
  currency char(3) NOT NULL,
  paid_at timestamptz NOT NULL
);

-- What people do in mini-program and web shop, as the shop's own tracking writes it; kept for 180 days.
CREATE TABLE IF NOT EXISTS behaviour_event (
  event_id text PRIMARY KEY,
  account_id bigint,
  app_id text,
  openid text,
  brand text NOT NULL,
  event text NOT NULL,
  page text NOT NULL,
  sku text,
  happened_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL
);
