-- Each budget by its version in force, else its last one (then `holds` is false), with its counter nearest to the limit (none where nothing was counted yet), and how many it has.
WITH budgets AS (
    SELECT
        * EXCLUDE (limit_usd, limit_tokens, limit_steps), coalesce(limit_usd, limit_tokens, limit_steps) AS own_limit,
        coalesce(valid_from <= (SELECT built_at FROM build_info), true)
        AND coalesce(valid_to > (SELECT built_at FROM build_info), true) AS holds,
        coalesce(valid_from > (SELECT built_at FROM build_info), false) AS is_to_come
    FROM dim_budgets
    WHERE withdrawn_at IS NULL
    QUALIFY row_number() OVER (PARTITION BY budget_id ORDER BY holds DESC, valid_from DESC NULLS LAST) = 1
),

counters AS (
    SELECT
        budget_id, counter_key, window_start, window_end, state, share_used, remaining, unpriced_calls, uncounted_calls,
        override_reason, override_by, override_to, is_in_force,
        coalesce(limit_usd, limit_tokens, limit_steps) AS limit_amount,
        CASE unit WHEN 'usd' THEN spent_usd WHEN 'tokens' THEN spent_tokens ELSE spent_steps END AS spent,
        coalesce(reserved_usd, reserved_tokens, reserved_steps) AS reserved,
        count(*) OVER (PARTITION BY budget_id) AS counters,
        count(*) FILTER (state IN ('exceeded', 'paused', 'needs_approval')) OVER (PARTITION BY budget_id) AS stopped
    FROM rpt_budget_status
    WHERE is_open
    QUALIFY row_number() OVER (PARTITION BY budget_id ORDER BY share_used DESC NULLS FIRST, counter_key) = 1
)

SELECT
    budgets.*, counters.* EXCLUDE (budget_id), budgets.scope LIKE '%each %' AS is_of_each,
    coalesce(counters.limit_amount, budgets.own_limit) AS limit_in_force
FROM budgets
LEFT JOIN counters ON budgets.budget_id = counters.budget_id
ORDER BY counters.budget_id IS NULL, counters.share_used DESC NULLS FIRST, budgets.budget_id;
