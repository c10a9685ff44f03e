-- Charge lines by rate, as rpt_rates_daily sums them. Grain: that of rpt_rates_daily.
SELECT
    calls.date,
    calls.organization,
    calls.environment,
    calls.team,
    calls.project,
    calls.workflow_id,
    calls.model,
    calls.provider,
    calls.traffic_source,
    charges.price_provider,
    charges.price_model,
    charges.price_id,
    count(*) AS lines
FROM scoped_calls_cut AS calls
INNER JOIN scoped_charges_cut AS charges ON calls.call_id = charges.call_id AND calls.date = charges.date
WHERE charges.price_id IS NOT NULL
GROUP BY ALL
