-- Calls with a computed and a reported cost, by provider, model, who reported, and what explains the difference. An
-- explanation is given only where it gives the reported figure, or says why the computed one cannot be it.
WITH compared AS MATERIALIZED (
    SELECT
        call_id, date, provider, nullif(model, '') AS model, reported_cost_kind, reported_cost_usd, computed_cost_usd,
        list_cost_usd, service_tier, rated_service_tier, reported_cost_usd - computed_cost_usd AS difference_usd,
        cached_input_tokens > 0 AS has_cache_reads
    FROM scoped_calls
    WHERE reported_cost_usd IS NOT NULL AND computed_cost_usd IS NOT NULL AND cost_source <> 'response_cache'
),

-- What reading from a cache cost, and would have cost at the full price: only of calls that it may explain.
cache_reads AS (
    SELECT charges.call_id, charges.date, sum(charges.quantity) AS quantity, sum(charges.contracted_cost_usd) AS cache_read_usd
    FROM compared
    INNER JOIN fct_call_charges AS charges ON charges.call_id = compared.call_id AND charges.date = compared.date
    WHERE charges.charge_kind = 'cache_read' AND compared.has_cache_reads AND abs(compared.difference_usd) > 0.000001
    GROUP BY charges.call_id, charges.date
),

cached AS (
    SELECT
        cache_reads.call_id,
        any_value(cache_reads.quantity) * max(charges.contracted_unit_price) AS full_price_usd,
        any_value(cache_reads.cache_read_usd) AS cache_read_usd
    FROM cache_reads
    INNER JOIN fct_call_charges AS charges ON cache_reads.call_id = charges.call_id AND cache_reads.date = charges.date
    WHERE charges.charge_kind = 'input'
    GROUP BY cache_reads.call_id
),

judged AS (
    SELECT
        compared.*,
        CASE
            WHEN abs(difference_usd) <= 0.000001 THEN 'agrees'
            WHEN reported_cost_usd = 0 THEN 'zero'
            WHEN abs(reported_cost_usd - list_cost_usd) <= 0.000001 THEN 'list_price'
            WHEN abs(difference_usd - (full_price_usd - cache_read_usd)) <= 0.000001 THEN 'cache_at_full_price'
            WHEN abs(difference_usd - full_price_usd) <= 0.000001 THEN 'cache_twice'
            WHEN lower(service_tier) <> coalesce(rated_service_tier, lower(service_tier)) THEN 'tier_without_rate'
            WHEN computed_cost_usd > 0 THEN 'by_a_factor'
            ELSE 'unexplained'
        END AS reason,
        reported_cost_usd / nullif(computed_cost_usd, 0) AS factor
    FROM compared
    LEFT JOIN cached ON compared.call_id = cached.call_id
),

-- One factor for every call of a model is a discount or a surcharge; one that changes from call to call is not.
reasons AS (
    SELECT
        provider,
        model,
        reported_cost_kind,
        CASE
            WHEN reason = 'by_a_factor' AND (count(*) < 3 OR max(factor) > 1.001 * min(factor)) THEN 'unexplained'
            ELSE reason
        END AS settled,
        count(*) AS calls,
        sum(computed_cost_usd) AS computed_usd,
        sum(reported_cost_usd) AS reported_usd,
        sum(difference_usd) AS difference_usd,
        sum(abs(difference_usd)) AS moved_usd
    FROM judged
    GROUP BY provider, model, reported_cost_kind, reason
)

SELECT
    provider, model, reported_cost_kind, settled AS reason, sum(calls)::BIGINT AS calls, sum(computed_usd) AS computed_usd,
    sum(reported_usd) AS reported_usd, sum(difference_usd) AS difference_usd, sum(moved_usd) AS moved_usd
FROM reasons
GROUP BY ALL
ORDER BY moved_usd DESC, calls DESC, provider, model, reported_cost_kind, reason;
