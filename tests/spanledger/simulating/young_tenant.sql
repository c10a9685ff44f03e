-- Organization `young`: from 18 November to the first hour of the 22nd, each hour a call at 10 cents (an evaluation at midnight and
-- noon), one of unknown cost and one without an answer.
INSERT INTO fct_calls BY NAME
SELECT
    'young-' || row_number() OVER () AS call_id,
    'young' AS organization,
    hour_at AS started_at,
    hour_at::DATE AS date,
    'm' AS model,
    'w' AS workflow_id,
    'ok' AS status,
    'useful' AS spend_class,
    1000 AS input_tokens,
    output_tokens,
    cost_usd,
    if(is_first AND hour(hour_at) % 12 = 0, 'eval', 'production') AS traffic_source
FROM range(TIMESTAMPTZ '2026-11-18 00:00:00Z', TIMESTAMPTZ '2026-11-22 01:00:00Z', INTERVAL 1 HOUR) AS hours (hour_at),
    (VALUES (true, 500, 0.1::DECIMAL(28, 12)), (false, 500, NULL), (false, 0, 0.01)) AS calls (is_first, output_tokens, cost_usd);
