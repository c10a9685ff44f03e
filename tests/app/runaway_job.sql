-- The job of the product's description that drops its output limit, in one hour: 50,000 requests of 15,000 instead of 500 output
-- tokens at $15 per million are 750 M tokens, $11,250 instead of $375.
INSERT INTO rpt_anomalies BY NAME
SELECT
    'runaway' AS anomaly_id, 'acme' AS organization, 'prod' AS environment, 'workflow' AS scope_kind, 'wf-014' AS scope,
    'hour' AS grain, TIMESTAMPTZ '2026-11-21 02:00:00+00' AS first_at, first_at AS last_at, 1 AS steps,
    (50000 * 15000::BIGINT * 15 / 1e6)::DECIMAL(28, 12) AS actual_usd,
    (50000 * 500::BIGINT * 15 / 1e6)::DECIMAL(28, 12) AS expected_usd,
    0 AS low_usd, 1000 AS high_usd, actual_usd - expected_usd AS excess_usd, 30.0 AS score, 'pattern' AS basis, true AS is_ongoing,
    [{
        'kind': 'output_tokens_per_call', 'name': 'wf-014', 'change_usd': (actual_usd - expected_usd)::DECIMAL(28, 12),
        'expected': 500::DOUBLE, 'actual': 15000::DOUBLE
    }] AS drivers;
