SELECT
    row(sum(cost_usd) / sum(input_tokens + output_tokens) * 1000000) AS "heading: A million tokens cost {$}",
    row(sum(cost_usd) / sum(input_tokens + output_tokens) * 1000000) AS "card Cost per million tokens: {$}",
    row(sum(cost_usd), sum(input_tokens + output_tokens)) AS "range Cost per million tokens: {$} for {k} tokens",
FROM fct_calls
WHERE cost_usd IS NOT NULL;

SELECT
    count(*) FILTER (cost_usd IS NULL) / count(*) AS "card Calls of unknown cost: {%}",
    row(count(*) FILTER (cost_usd IS NULL), count(*)) AS "range Calls of unknown cost: {#} of {#} calls",
FROM fct_calls;

SELECT sum(change_usd) AS "card Published figures changed by: {±$}" FROM fct_restatements WHERE figure = 'cost';

SELECT
    coalesce(model, 'All') AS "Model",
    sum(cost_usd) AS "Spend: {$}",
    sum(cost_usd) / sum(CASE WHEN cost_usd IS NOT NULL THEN input_tokens + output_tokens END) * 1000000 AS "Per M tokens: {$}",
    sum(input_tokens + output_tokens) AS "Tokens: {k}",
    count(*) AS "Calls: {#}",
    count(*) FILTER (cost_usd IS NULL) AS "Cost unknown: {#}",
FROM fct_calls
GROUP BY GROUPING SETS ((provider, model), ());

SELECT
    model AS "Model", count(*) AS "Calls: {#}", sum(input_tokens) AS "Tokens in: {k}", sum(output_tokens) AS "Tokens out: {k}",
FROM fct_calls
WHERE cost_usd IS NULL
GROUP BY model;

SELECT
    count(*) AS "Calls: {#}",
    sum(cost_usd) AS "Spend: {$}",
    sum(cost_usd) / (SELECT sum(cost_usd) FROM fct_calls) AS "Share: {%}",
    sum(input_tokens + output_tokens) AS "Tokens: {k}",
FROM fct_calls
GROUP BY GROUPING SETS ((cost_source), ());

SELECT
    coalesce(model, 'All') AS "Model",
    count(*) AS "Calls: {#}",
    sum(change_usd) AS "Change: {±$}",
FROM fct_restatements
WHERE figure = 'cost'
GROUP BY GROUPING SETS ((restated_at, model), ());

WITH compared AS (
    SELECT provider, model, reported_cost_kind, count(*) AS calls, sum(computed_cost_usd) AS computed, sum(reported_cost_usd) AS reported
    FROM fct_calls
    WHERE reported_cost_usd IS NOT NULL AND computed_cost_usd IS NOT NULL
    GROUP BY GROUPING SETS ((provider, model, reported_cost_kind), ())
)
SELECT
    calls AS "Calls: {#}", computed AS "Computed: {$}", reported AS "Reported: {$}", reported - computed AS "Difference: {±$}"
FROM compared;

SELECT sum(old_cost_usd) AS "Before: {$}", sum(new_cost_usd) AS "Now: {$}" FROM fct_restatements WHERE figure = 'cost' GROUP BY restated_at, model;

SELECT count(*) FILTER (cost_usd = 0) AS "Of them exactly 0: {#}" FROM fct_calls GROUP BY cost_source;

SELECT row(sum(cost_usd), sum(list_cost_usd)) AS "range Less than at list price: {$} instead of {$}",
    1 - sum(cost_usd) / sum(list_cost_usd) AS "card Less than at list price: {%}"
FROM fct_calls
WHERE cost_usd IS NOT NULL AND list_cost_usd IS NOT NULL;
