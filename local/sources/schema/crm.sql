-- CRM: contacts that sales advisers keep, mostly from WeCom. Sex: 男, 女, 未知. Brand: Aurora, Bloom.
-- `mobile_phone` is typed by advisers; `external_unionid` comes from WeCom itself.

CREATE TABLE IF NOT EXISTS contact (
  contact_no text PRIMARY KEY,
  display_name text NOT NULL,
  mobile_phone text,
  email_addr text,
  sex text,
  dob date,
  residence text,
  market text,
  vip_code text,
  external_unionid text,
  brand text,
  adviser text,
  remark text,
  created_on timestamptz NOT NULL,
  modified_on timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS service_case (
  case_id bigint PRIMARY KEY,
  contact_no text,
  brand text,
  topic text NOT NULL,
  status text NOT NULL,
  opened_on timestamptz NOT NULL,
  closed_on timestamptz
);

-- Leads of advertising platforms, as advisers import them. Phones are typed into the platform's form.
CREATE TABLE IF NOT EXISTS lead (
  lead_no text PRIMARY KEY,
  platform text NOT NULL,
  campaign text NOT NULL,
  form text NOT NULL,
  mobile_phone text,
  email_addr text,
  market text,
  external_unionid text,
  brand text,
  filled_on timestamptz NOT NULL
);
