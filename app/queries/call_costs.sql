-- One call's three costs and what they rest on; $org is null where the address does not say it.
SELECT
    call_id, date, provider, model, computed_cost_usd, reported_cost_usd, reported_cost_kind, cost_usd, cost_source,
    list_cost_usd, metered_cost_usd, charge_id, service_tier, rated_service_tier, input_tokens, output_tokens, is_usage_known, usage_error, cost_error
FROM fct_calls
WHERE date = $date AND trace_id = $trace_id AND span_id = $span_id AND ($org IS NULL OR coalesce(organization, '') = $org);
