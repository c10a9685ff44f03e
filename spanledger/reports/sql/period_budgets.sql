-- Budgets whose period touches the report's, each with its counter nearest to the limit: of those asked for. A budget of each
-- organization (team, ...) shows the counter of those asked for alone; one of all organizations holds what others spent, and is
-- shown to one of them only where there is no other.
WITH newest AS (
    SELECT budget_id, organization, environment, team, workflow_id, window_seconds
    FROM dim_budgets
    QUALIFY row_number() OVER (PARTITION BY budget_id ORDER BY valid_from DESC NULLS LAST) = 1
),

touching AS (
    SELECT
        status.*,
        newest.* EXCLUDE (budget_id, organization, environment),
        newest.organization AS of_organization,
        newest.environment AS of_environment,
        coalesce(status.limit_usd, status.limit_tokens, status.limit_steps) AS limit_amount,
        CASE status.unit WHEN 'usd' THEN spent_usd WHEN 'tokens' THEN spent_tokens ELSE spent_steps END AS spent,
        map_from_entries(
            list_transform(
                list_filter(string_split(counter_key, '&'), lambda part: part <> ''),
                lambda part: (split_part(part, '=', 1), coalesce(nullif(url_decode(split_part(part, '=', 2)), ''), '(untagged)'))
            )
        ) AS counted
    FROM rpt_budget_status AS status
    JOIN newest ON status.budget_id = newest.budget_id
    WHERE coalesce(status.window_start, status.last_call_at) < $last::DATE + 1
        AND coalesce(status.window_end, status.last_call_at, 'infinity') > $first::DATE
        AND status.window_kind <> 'hour'
),

counters AS (
    SELECT * REPLACE (
        CASE of_organization WHEN '*' THEN counted['organization'] ELSE of_organization END AS of_organization,
        CASE of_environment WHEN '*' THEN counted['environment'] ELSE of_environment END AS of_environment,
        CASE team WHEN '*' THEN counted['team'] ELSE team END AS team,
        CASE workflow_id WHEN '*' THEN counted['workflow_id'] ELSE workflow_id END AS workflow_id
    )
    FROM touching
)

SELECT *, count(*) OVER (PARTITION BY budget_id) AS counters
FROM counters
WHERE (
    $organization IS NULL
    OR list_contains($organization::VARCHAR[], of_organization)
    OR of_organization IS NULL AND (SELECT count(DISTINCT organization) <= 1 FROM rpt_spend_hourly)
)
AND ($environment IS NULL OR of_environment IS NULL OR list_contains($environment::VARCHAR[], of_environment))
AND ($team IS NULL OR list_contains($team::VARCHAR[], team))
AND ($workflow IS NULL OR workflow_id IS NULL OR list_contains($workflow::VARCHAR[], workflow_id))
QUALIFY row_number() OVER (
    PARTITION BY budget_id ORDER BY share_used DESC NULLS LAST, window_start DESC, counter_key
) = 1
ORDER BY share_used DESC NULLS LAST, budget_id;
