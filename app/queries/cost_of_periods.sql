SELECT
    coalesce(sum(cost_usd) FILTER (date BETWEEN $before_from AND $before_to), 0) AS before_usd,
    coalesce(sum(cost_usd) FILTER (date BETWEEN $after_from AND $after_to), 0) AS after_usd
FROM scoped_usage;
