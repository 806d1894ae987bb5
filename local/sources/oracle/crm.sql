-- What each row means for its customer: see ../source-rows.ts for the columns.
SELECT 'crm.contact.' || replace(replace(contact_no, '%', '%25'), '.', '%2E') AS row_key,
       'party' AS means, NULL::bigint AS minor, NULL AS currency, NULL::bigint AS points, NULL::bigint AS at,
       NULL::int AS day, NULL AS store, NULL AS state, NULL::int AS ends
FROM contact
UNION ALL
SELECT 'crm.service_case.' || case_id,
       CASE topic WHEN 'complaint' THEN 'complaint' ELSE 'case' END, NULL, NULL, NULL,
       floor(extract(epoch FROM opened_on) * 1000)::bigint,
       (opened_on AT TIME ZONE 'Asia/Hong_Kong')::date - DATE '1970-01-01', NULL, status, NULL
FROM service_case
UNION ALL
SELECT 'crm.lead.' || replace(replace(lead_no, '%', '%25'), '.', '%2E'), 'lead', NULL, NULL, NULL,
       floor(extract(epoch FROM filled_on) * 1000)::bigint, NULL, NULL, NULL, NULL
FROM lead
