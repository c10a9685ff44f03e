-- A month's statement: what each owner ($by: team, project or cost_center; $owner: one of them, or all) pays for: calls by
-- traffic source, charges by name, and corrections of closed months booked in it. `spanledger export statement` asks it too.
WITH lines AS (
    SELECT
        CASE $by WHEN 'team' THEN team WHEN 'project' THEN project ELSE cost_center END AS owner,
        CASE
            WHEN corrects_month IS NOT NULL THEN 'correction of ' || strftime(corrects_month, '%Y-%m')
            WHEN charge_id IS NULL THEN 'calls, ' || coalesce(traffic_source, 'unknown')
            ELSE 'charge ' || charge_id
        END AS item,
        method,
        rule,
        reason,
        calls,
        cost_usd,
        split_cost_usd
    FROM rpt_attribution
    WHERE date >= $month::DATE AND date < $month::DATE + INTERVAL 1 MONTH AND "view" = $view
)

SELECT
    strftime($month::DATE, '%Y-%m') AS month,
    coalesce(owner, 'unattributed') AS owner,
    item,
    method,
    rule,
    reason,
    sum(calls)::BIGINT AS calls,
    sum(cost_usd)::DECIMAL(38, 12) AS cost_usd,
    sum(split_cost_usd)::DECIMAL(38, 12) AS split_cost_usd,
    $status AS status
FROM lines
WHERE $owner::VARCHAR IS NULL OR coalesce(owner, 'unattributed') = $owner
GROUP BY owner, item, method, rule, reason
HAVING sum(calls) != 0 OR sum(cost_usd) != 0
ORDER BY owner IS NULL, owner, cost_usd DESC, item, method, rule, reason
