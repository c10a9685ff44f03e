SELECT row(count(*), sum(excess_usd)) AS "heading: {#} anomalies from 24 Sep to 22 Nov 2026 cost {$} more than expected" FROM rpt_anomalies;

SELECT actual_usd AS "Cost: {$}", expected_usd AS "Expected: {$}", excess_usd AS "More: {$}" FROM rpt_anomalies;

SELECT ratio AS "A run costs: {×}", row(before_usd, before_low_usd, before_high_usd) AS "Before: {$} {$} – {$}",
    row(after_usd, after_low_usd, after_high_usd) AS "After: {$} {$} – {$}",
    row(rolling_usd, rolling_low_usd, rolling_high_usd) AS "Last 28 days: {$} {$} – {$}"
FROM rpt_drift
WHERE change_date IS NOT NULL OR budget_usd IS NOT NULL;

SELECT row(workflow_id, traffic_source) AS "Workflow: {} {}", row(rolling_usd, rolling_low_usd, rolling_high_usd) AS "Last 28 days: {$} {$} – {$}"
FROM rpt_drift
WHERE change_date IS NULL AND budget_usd IS NULL;
