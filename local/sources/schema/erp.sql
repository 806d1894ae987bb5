-- ERP: finance and stock of the whole group. Codes are numbers, names are whatever the sales desk typed.
-- Market: 10 mainland China, 20 Hong Kong, 30 Macau, 40 Singapore. Company: AJ (aurora), BJ (bloom). Sex: 1, 2, 9.

CREATE TABLE IF NOT EXISTS store (
  store_code text PRIMARY KEY,
  store_name text NOT NULL,
  corp text NOT NULL,
  market_cd text NOT NULL,
  tel text,
  opened_dt date
);

CREATE TABLE IF NOT EXISTS customer_account (
  cust_code text PRIMARY KEY,
  cust_name text NOT NULL,
  tel text,
  e_mail text,
  addr text,
  city text,
  market_cd text,
  sex_cd text,
  birth_dt date,
  corp text,
  credit_limit numeric(18, 4),
  create_dt timestamptz NOT NULL,
  upd_ts timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS stock (
  store_code text NOT NULL,
  sku text NOT NULL,
  qty integer NOT NULL,
  gold_g numeric(10, 3),
  upd_ts timestamptz NOT NULL,
  PRIMARY KEY (store_code, sku)
);
