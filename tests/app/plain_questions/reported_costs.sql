-- Calls with a computed and a reported cost, by provider, model, who reported, and what explains the difference. An
-- explanation is given only where it gives the reported figure, or says why the computed one cannot be it.
WITH compared AS (
    SELECT
        call_id, date, provider, nullif(model, '') AS model, reported_cost_kind, reported_cost_usd, computed_cost_usd,
        list_cost_usd, service_tier, rated_service_tier, reported_cost_usd - computed_cost_usd AS difference_usd
    FROM scoped_calls
    WHERE reported_cost_usd IS NOT NULL AND computed_cost_usd IS NOT NULL AND cost_source <> 'response_cache'
),

cached AS (
    SELECT
        charges.call_id,
        sum(charges.quantity) FILTER (charges.charge_kind = 'cache_read')
        * max(charges.contracted_unit_price) FILTER (charges.charge_kind = 'input') AS full_price_usd,
        sum(charges.contracted_cost_usd) FILTER (charges.charge_kind = 'cache_read') AS cache_read_usd
    FROM fct_call_charges AS charges
    INNER JOIN compared ON charges.call_id = compared.call_id AND charges.date = compared.date
    GROUP BY charges.call_id
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
settled AS (
    SELECT
        * REPLACE (
            CASE
                WHEN reason = 'by_a_factor'
                    AND (count(*) OVER same < 3 OR max(factor) OVER same > 1.001 * min(factor) OVER same)
                    THEN 'unexplained'
                ELSE reason
            END AS reason
        )
    FROM judged
    WINDOW same AS (PARTITION BY provider, model, reported_cost_kind, reason)
)

SELECT
    provider, model, reported_cost_kind, reason, count(*) AS calls, sum(computed_cost_usd) AS computed_usd,
    sum(reported_cost_usd) AS reported_usd, sum(difference_usd) AS difference_usd, sum(abs(difference_usd)) AS moved_usd
FROM settled
GROUP BY ALL
ORDER BY moved_usd DESC, calls DESC, provider, model, reported_cost_kind, reason;
