SELECT workflow_id, model, effect, sum(change_usd) AS change_usd
FROM scoped_change
GROUP BY ALL
HAVING sum(change_usd) <> 0
ORDER BY workflow_id, model, effect;
