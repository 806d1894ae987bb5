-- What each row means for its customer: see ../source-rows.ts for the columns.
SELECT 'shop.account.' || account_id AS row_key,
       'party' AS means, NULL::bigint AS minor, NULL AS currency, NULL::bigint AS points, NULL::bigint AS at,
       NULL::int AS day, NULL AS store, NULL AS state, NULL::int AS ends
FROM account
UNION ALL
SELECT 'shop.shop_order.' || replace(replace(order_no, '%', '%25'), '.', '%2E'),
       CASE state WHEN 'cancelled' THEN 'cancelled-order' ELSE 'order' END, round(total * 100)::bigint, currency, NULL,
       floor(extract(epoch FROM placed_at) * 1000)::bigint,
       (placed_at AT TIME ZONE 'Asia/Shanghai')::date - DATE '1970-01-01', NULL, NULL, NULL
FROM shop_order
UNION ALL
SELECT 'shop.shop_refund.' || refund_id, 'return', round(amount * 100)::bigint, currency, NULL,
       floor(extract(epoch FROM refunded_at) * 1000)::bigint,
       (refunded_at AT TIME ZONE 'Asia/Shanghai')::date - DATE '1970-01-01', NULL, NULL, NULL
FROM shop_refund
UNION ALL
SELECT 'shop.payment.' || payment_id, 'payment', round(amount * 100)::bigint, currency, NULL,
       floor(extract(epoch FROM paid_at) * 1000)::bigint, NULL, NULL, NULL, NULL
FROM payment
UNION ALL
SELECT 'shop.behaviour_event.' || replace(replace(event_id, '%', '%25'), '.', '%2E'),
       'behaviour', NULL, NULL, NULL, floor(extract(epoch FROM happened_at) * 1000)::bigint, NULL, NULL, NULL, NULL
FROM behaviour_event
WHERE received_at >= now() - interval '180 days'
