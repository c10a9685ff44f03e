-- Calls within the filters, those among them of unknown cost and those of evaluations and replays, and what one of known cost
-- takes.
SELECT
    coalesce(sum(calls), 0)::BIGINT AS requests,
    coalesce(sum(unknown_cost_calls), 0)::BIGINT AS unknown_cost_calls,
    coalesce(sum(calls) FILTER (traffic_source IN ('eval', 'replay')), 0)::BIGINT AS trial_calls,
    (sum(cost_usd) / nullif(sum(calls)::BIGINT - sum(unknown_cost_calls)::BIGINT, 0))::DECIMAL(28, 12) AS usd_per_request
FROM scoped_spend;
