-- What is spiking, since when, and who drives it? (on call)
SELECT first_at, last_at, scope_kind, scope, actual_usd, expected_usd, excess_usd, is_ongoing,
    drivers[1].kind AS driver, drivers[1].name AS driver_name
FROM rpt_anomalies
ORDER BY is_ongoing DESC, excess_usd DESC;
