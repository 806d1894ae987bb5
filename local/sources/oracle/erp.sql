-- What each row means for its customer: see ../source-rows.ts for the columns.
SELECT 'erp.customer_account.' || replace(replace(cust_code, '%', '%25'), '.', '%2E') AS row_key,
       'party' AS means, NULL::bigint AS minor, NULL AS currency, NULL::bigint AS points, NULL::bigint AS at,
       NULL::int AS day, NULL AS store, NULL AS state, NULL::int AS ends
FROM customer_account
