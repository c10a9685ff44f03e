SELECT
    row(sum(cost_usd), sum(cost_usd) FILTER (traffic_source = 'production') / sum(cost_usd)) AS "heading: {$} spent from 24 Sep to 22 Nov 2026; {%} of it was production.",
    sum(cost_usd) AS "card Total spend: {$}",
    row(count(*), count(*) FILTER (cost_usd IS NULL)) AS "range Total spend: {#} calls, {#} of unknown cost",
    sum(cost_usd) FILTER (traffic_source = 'production') / sum(cost_usd) AS "card Production share of the bill: {%}",
    row(sum(cost_usd) FILTER (traffic_source = 'production'), sum(cost_usd)) AS "range Production share of the bill: {$} of {$}",
    sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')) / sum(cost_usd)
        AS "card Wasted on retries and errors: {%}",
    sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate'))
        AS "range Wasted on retries and errors: {$} paid twice or for nothing",
FROM fct_calls;

SELECT
    row(sum(cost_usd) / count(*) FILTER (outcome = 'success'), quantile_cont(latency_ms, 0.95))
        AS "card Cost per successful task: ≥ {$} p95 {ms}",
FROM fct_tasks
WHERE traffic_source = 'production';

SELECT
    workflow_id AS "Workflow",
    (SELECT sum(cost_usd) FROM fct_calls WHERE fct_calls.workflow_id = tasks.workflow_id) AS "Spend: {$}",
    sum(cost_usd) / count(*) FILTER (outcome = 'success') AS "Cost per success: {$}",
    count(*) FILTER (outcome = 'success') AS "Successes: {#}",
    count(*) FILTER (outcome = 'success') / count(*) FILTER (outcome IN ('success', 'failure')) AS "Success rate: {%}",
    (
        SELECT sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')) / sum(cost_usd)
        FROM fct_calls WHERE fct_calls.workflow_id = tasks.workflow_id
    ) AS "Waste: {%}",
FROM fct_tasks AS tasks
WHERE traffic_source = 'production'
GROUP BY workflow_id;
