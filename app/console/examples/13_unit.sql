-- What do a request and a user cost us, month by month? (head of engineering)
SELECT "month", is_whole, cost_usd, requests, cost_per_request_usd, active_users, cost_per_user_usd, gross_margin
FROM rpt_unit_economics
WHERE scope_kind = 'organization'
ORDER BY "month" DESC;
