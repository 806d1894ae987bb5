-- Point of sale: one database for all tills. Times are the till's wall clock, without a zone. Brand: A, B.
-- `mobile` is what the cashier typed; some type the store's own number to get past the field.

CREATE TABLE IF NOT EXISTS receipt (
  receipt_no text PRIMARY KEY,
  store_cd text NOT NULL,
  brand_code char(1) NOT NULL,
  market char(2) NOT NULL,
  card_no text,
  mobile text,
  amt numeric(12, 2) NOT NULL,
  ccy char(3) NOT NULL,
  cashier text,
  sold_at timestamp NOT NULL
);

CREATE TABLE IF NOT EXISTS receipt_line (
  receipt_no text NOT NULL,
  line_no smallint NOT NULL,
  sku text NOT NULL,
  qty integer NOT NULL,
  unit_price numeric(12, 2) NOT NULL,
  line_amt numeric(12, 2) NOT NULL,
  PRIMARY KEY (receipt_no, line_no)
);

CREATE TABLE IF NOT EXISTS return_receipt (
  return_no text PRIMARY KEY,
  receipt_no text NOT NULL,
  store_cd text NOT NULL,
  brand_code char(1) NOT NULL,
  market char(2) NOT NULL,
  card_no text,
  mobile text,
  refund_amt numeric(12, 2) NOT NULL,
  ccy char(3) NOT NULL,
  returned_at timestamp NOT NULL
);
