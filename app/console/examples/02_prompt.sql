-- What did my prompt change do to the cost of a success? (engineer)
SELECT workflow_id, subject, version_before, version_after, cost_per_success_before_usd, cost_per_success_after_usd,
    ratio, ratio_low, ratio_high, verdict
FROM rpt_versions
WHERE kind = 'prompt'
ORDER BY first_started_after DESC;
