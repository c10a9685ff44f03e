SELECT
    cost_per_success_before_usd AS "Before: {$}",
    cost_per_success_after_usd AS "After: {$}",
    ratio AS "Ratio: {×}",
    row(ratio_low, ratio_high) AS "95 %: {×} – {×}",
    tasks_before AS "Tasks before: {#}",
    tasks_after AS "after: {#}",
FROM rpt_versions;
