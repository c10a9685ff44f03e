-- Calls and what they cost within the filters that all pages share, summed by what pages ask: of whole UTC days from
-- rpt_calls_daily, of days that the period or its zone cuts from the calls. Grain: that of rpt_calls_daily, or finer.
SELECT *
FROM rpt_calls_daily
WHERE date BETWEEN $first::DATE + if($tz = 'UTC', 0, 1)
    AND least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($team IS NULL OR list_contains($team::VARCHAR[], coalesce(nullif(team, ''), '(untagged)')))
    AND ($project IS NULL OR list_contains($project::VARCHAR[], coalesce(nullif(project, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(model, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
UNION ALL BY NAME
SELECT
    date,
    organization,
    environment,
    team,
    project,
    workflow_id,
    step,
    model,
    provider,
    traffic_source,
    spend_class,
    cost_source,
    cost_center,
    feature,
    count(*) AS calls,
    count(*) FILTER (cost_usd IS NULL) AS unknown_cost_calls,
    count(*) FILTER (cost_usd = 0) AS zero_cost_calls,
    coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens,
    coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens,
    (sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (
        is_usage_known AND cost_usd IS NOT NULL AND cost_source <> 'response_cache'
    ))::BIGINT AS covered_tokens,
    (sum(cost_usd) FILTER (is_usage_known AND cost_source <> 'response_cache'))::DECIMAL(28, 12) AS covered_cost_usd,
    (sum(list_cost_usd) FILTER (cost_usd IS NOT NULL))::DECIMAL(28, 12) AS list_cost_usd,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS cost_usd
FROM scoped_calls
WHERE date < $first::DATE + if($tz = 'UTC', 0, 1)
    OR date > least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
GROUP BY ALL
