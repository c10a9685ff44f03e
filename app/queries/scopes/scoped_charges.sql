-- What calls were charged by each model's rates, within the filters that all pages share: of whole UTC days from
-- rpt_charges_daily, of days that the period or its zone cuts from the charges. Grain: that of rpt_charges_daily.
SELECT *
FROM rpt_charges_daily
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
    calls.date,
    calls.organization,
    calls.environment,
    calls.team,
    calls.project,
    calls.workflow_id,
    calls.model,
    calls.traffic_source,
    charges.price_provider,
    charges.price_model,
    charges.charge_kind,
    charges.unit,
    charges.rated_service_tier,
    charges.context_tier,
    count(DISTINCT charges.call_id) AS calls,
    sum(charges.quantity)::DECIMAL(28, 12) AS quantity,
    sum(charges.contracted_cost_usd)::DECIMAL(28, 12) AS contracted_cost_usd,
    sum(charges.list_cost_usd)::DECIMAL(28, 12) AS list_cost_usd
FROM scoped_calls AS calls
INNER JOIN fct_call_charges AS charges ON calls.call_id = charges.call_id AND calls.date = charges.date
WHERE charges.price_model IS NOT NULL
    AND charges.date BETWEEN $first::DATE - 1 AND $last::DATE + 1
    AND (
        calls.date < $first::DATE + if($tz = 'UTC', 0, 1)
        OR calls.date > least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
    )
    AND (
        charges.date < $first::DATE + if($tz = 'UTC', 0, 1)
        OR charges.date > least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
    )
GROUP BY ALL
