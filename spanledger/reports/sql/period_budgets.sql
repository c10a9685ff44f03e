-- Budgets of the report's period, each with its counter nearest to the limit: of those asked for. A window counts where it and the
-- period share half of the shorter one: a month of another time zone begins in the evening before. A budget of each organization
-- (team, ...) shows the counter of those asked for alone; one of all organizations holds what others spent, and is shown to one
-- of them only where there is no other.
WITH newest AS (
    SELECT budget_id, organization, environment, team, workflow_id, window_seconds, coalesce(time_zone, 'UTC') AS time_zone
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
    WHERE status.window_kind <> 'hour'
        AND CASE
            WHEN status.window_start IS NULL
                THEN status.last_call_at >= $first::DATE AND status.last_call_at < $last::DATE + 1
            ELSE
                2 * (epoch(least(status.window_end, $last::DATE + 1)) - epoch(greatest(status.window_start, $first::DATE)))
                >= least(epoch(status.window_end) - epoch(status.window_start), 86400 * ($last::DATE - $first::DATE + 1))
        END
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
