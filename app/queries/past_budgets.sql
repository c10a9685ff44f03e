-- Periods that are over and went beyond a threshold, the latest first: each with the counter that went furthest, and how many
-- did.
SELECT
    budget_id, counter_key, window_kind, window_start, window_end, last_call_at, unit, state, share_used, owner,
    coalesce(limit_usd, limit_tokens, limit_steps) AS limit_amount,
    CASE unit WHEN 'usd' THEN spent_usd WHEN 'tokens' THEN spent_tokens ELSE spent_steps END AS spent,
    count(*) OVER (PARTITION BY budget_id, window_start) AS counters
FROM rpt_budget_status
WHERE NOT is_open AND state <> 'ok'
QUALIFY row_number() OVER (PARTITION BY budget_id, window_start ORDER BY share_used DESC NULLS FIRST, counter_key) = 1
ORDER BY coalesce(window_end, last_call_at) DESC, budget_id
LIMIT 15;
