-- What each row means for its customer: see ../source-rows.ts for the columns. Tills write the wall clock of UTC+8.
SELECT 'pos.receipt.' || replace(replace(receipt_no, '%', '%25'), '.', '%2E') AS row_key,
       'order' AS means, round(amt * 100)::bigint AS minor, ccy AS currency, NULL::bigint AS points,
       floor(extract(epoch FROM sold_at AT TIME ZONE 'Asia/Hong_Kong') * 1000)::bigint AS at
FROM receipt
UNION ALL
SELECT 'pos.return_receipt.' || replace(replace(return_no, '%', '%25'), '.', '%2E'),
       'return', round(refund_amt * 100)::bigint, ccy, NULL,
       floor(extract(epoch FROM returned_at AT TIME ZONE 'Asia/Hong_Kong') * 1000)::bigint
FROM return_receipt
