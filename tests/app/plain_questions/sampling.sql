-- Services whose telemetry was sampled: what arrived, and the estimate of all of it, which no other figure holds.
-- The calls of a trace are kept or dropped together, so the variance goes by trace. See rpt_sampling_coverage.
WITH traces AS (
    SELECT
        service_name,
        count(*) AS calls,
        count(*) FILTER (sampler IS NOT NULL AND sample_weight IS DISTINCT FROM 1) AS sampled_calls,
        count(*) FILTER (sampler IS NOT NULL AND sample_weight IS NULL) AS unknown_probability_calls,
        sum(coalesce(sample_weight, 1)) AS estimated_calls,
        coalesce(sum(cost_usd), 0) AS cost_usd,
        coalesce(sum(CAST(cost_usd AS DOUBLE) * coalesce(sample_weight, 1)), 0) AS estimated_cost_usd,
        coalesce(min(1 / sample_weight), 1) AS probability,
        min(sampler) AS sampler
    FROM scoped_calls
    GROUP BY service_name, organization, trace_id
)

SELECT
    service_name,
    sum(calls) AS calls,
    sum(sampled_calls) AS sampled_calls,
    sum(unknown_probability_calls) AS unknown_probability_calls,
    sum(calls) / sum(estimated_calls) AS kept_share,
    sum(cost_usd) AS cost_usd,
    sum(estimated_cost_usd) AS estimated_cost_usd,
    sum((1 - probability) * estimated_cost_usd ** 2) AS variance,
    string_agg(DISTINCT sampler, '; ' ORDER BY sampler) AS sampler
FROM traces
GROUP BY service_name
HAVING sum(sampled_calls) > 0
ORDER BY estimated_cost_usd DESC, service_name
LIMIT 50;
