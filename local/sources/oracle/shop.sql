-- What each row means for its customer: see ../source-rows.ts for the columns.
SELECT 'shop.account.' || account_id AS row_key,
       'party' AS means, NULL::bigint AS minor, NULL AS currency, NULL::bigint AS points, NULL::bigint AS at
FROM account
UNION ALL
SELECT 'shop.shop_order.' || replace(replace(order_no, '%', '%25'), '.', '%2E'),
       'order', round(total * 100)::bigint, currency, NULL,
       floor(extract(epoch FROM placed_at) * 1000)::bigint
FROM shop_order
UNION ALL
SELECT 'shop.shop_refund.' || refund_id, 'return', round(amount * 100)::bigint, currency, NULL,
       floor(extract(epoch FROM refunded_at) * 1000)::bigint
FROM shop_refund
