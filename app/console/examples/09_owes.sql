-- Who owes what, month by month, shared charges included? (FinOps)
SELECT date_trunc('month', date)::DATE AS "month", coalesce(nullif(team, ''), '(unattributed)') AS team,
    sum(split_cost_usd) AS cost_usd
FROM rpt_attribution
WHERE "view" = 'split'
GROUP BY ALL
ORDER BY "month" DESC, cost_usd DESC;
