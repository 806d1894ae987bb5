-- What each row means for its customer: see ../source-rows.ts for the columns. Tills write the wall clock of UTC+8.
SELECT 'pos.receipt.' || replace(replace(receipt_no, '%', '%25'), '.', '%2E') AS row_key,
       'order' AS means, round(amt * 100)::bigint AS minor, ccy AS currency, NULL::bigint AS points,
       floor(extract(epoch FROM sold_at AT TIME ZONE 'Asia/Hong_Kong') * 1000)::bigint AS at,
       sold_at::date - DATE '1970-01-01' AS day, store_cd AS store, NULL AS state, NULL::int AS ends
FROM receipt
UNION ALL
SELECT 'pos.return_receipt.' || replace(replace(return_no, '%', '%25'), '.', '%2E'),
       'return', round(refund_amt * 100)::bigint, ccy, NULL,
       floor(extract(epoch FROM returned_at AT TIME ZONE 'Asia/Hong_Kong') * 1000)::bigint,
       returned_at::date - DATE '1970-01-01', NULL, NULL, NULL
FROM return_receipt
