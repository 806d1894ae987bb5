-- What each row means for its customer: see ../source-rows.ts for the columns.
SELECT 'member.member.' || replace(replace(card_no, '%', '%25'), '.', '%2E') AS row_key,
       'party' AS means, NULL::bigint AS minor, NULL AS currency, NULL::bigint AS points, NULL::bigint AS at,
       NULL::int AS day, NULL AS store, NULL AS state, NULL::int AS ends
FROM member
UNION ALL
SELECT 'member.points_ledger.' || entry_id, 'points', NULL, NULL, delta,
       floor(extract(epoch FROM booked_at) * 1000)::bigint,
       (booked_at AT TIME ZONE 'Asia/Hong_Kong')::date - DATE '1970-01-01', NULL, NULL,
       expires_on - DATE '1970-01-01'
FROM points_ledger
UNION ALL
SELECT 'member.coupon.' || replace(replace(coupon_code, '%', '%25'), '.', '%2E'),
       'coupon', NULL, NULL, NULL,
       floor(extract(epoch FROM issued_at) * 1000)::bigint,
       (issued_at AT TIME ZONE 'Asia/Hong_Kong')::date - DATE '1970-01-01', NULL,
       CASE WHEN redeemed_at IS NULL THEN 'open' ELSE 'used' END, expires_on - DATE '1970-01-01'
FROM coupon
UNION ALL
SELECT 'member.consent.' || replace(replace(card_no, '%', '%25'), '.', '%2E') || '.' || brand || '.' || purpose,
       'consent', NULL, NULL, granted, floor(extract(epoch FROM changed_at) * 1000)::bigint, NULL, NULL, NULL, NULL
FROM consent
