-- Budgets whose period touches the report's, each with its counter nearest to the limit: of the organization, environment and team
-- asked for, where the budget names one.
WITH counters AS (
    SELECT
        status.*,
        coalesce(status.limit_usd, status.limit_tokens, status.limit_steps) AS limit_amount,
        CASE status.unit WHEN 'usd' THEN spent_usd WHEN 'tokens' THEN spent_tokens ELSE spent_steps END AS spent
    FROM rpt_budget_status AS status
    WHERE coalesce(status.window_start, status.last_call_at) < $last::DATE + 1
        AND coalesce(status.window_end, status.last_call_at, 'infinity') > $first::DATE
        AND status.window_kind <> 'hour'
),

newest AS (
    SELECT budget_id, organization, environment, team, project, workflow_id, window_seconds
    FROM dim_budgets
    QUALIFY row_number() OVER (PARTITION BY budget_id ORDER BY valid_from DESC NULLS LAST) = 1
)

SELECT counters.*, newest.window_seconds, count(*) OVER (PARTITION BY counters.budget_id) AS counters
FROM counters
JOIN newest ON newest.budget_id = counters.budget_id
WHERE ($environment IS NULL OR newest.environment IS NULL OR newest.environment = '*' OR list_contains($environment::VARCHAR[], newest.environment))
    AND ($organization IS NULL OR newest.organization IS NULL OR newest.organization = '*' OR list_contains($organization::VARCHAR[], newest.organization))
    AND ($team IS NULL OR newest.team = '*' OR list_contains($team::VARCHAR[], newest.team))
    AND ($workflow IS NULL OR newest.workflow_id IS NULL OR newest.workflow_id = '*' OR list_contains($workflow::VARCHAR[], newest.workflow_id))
QUALIFY row_number() OVER (
    PARTITION BY counters.budget_id ORDER BY counters.share_used DESC NULLS LAST, counters.window_start DESC, counters.counter_key
) = 1
ORDER BY counters.share_used DESC NULLS LAST, counters.budget_id;
