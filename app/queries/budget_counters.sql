-- The open counters of one budget, those nearest to the limit first.
SELECT
    counter_key, window_start, window_end, unit, state, share_used, remaining, last_call_at, override_reason, override_by,
    override_to, coalesce(limit_usd, limit_tokens, limit_steps) AS limit_amount,
    CASE unit WHEN 'usd' THEN spent_usd WHEN 'tokens' THEN spent_tokens ELSE spent_steps END AS spent
FROM rpt_budget_status
WHERE is_open AND budget_id = $budget
ORDER BY share_used DESC NULLS FIRST, last_call_at DESC, counter_key
LIMIT 20;
