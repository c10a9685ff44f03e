-- Which model first: the cheap one with retries, or the dear one at once? (agent runtime)
SELECT workflow_id, step, cheap_model, expensive_model, tasks, escalated_share, cost_per_success_usd,
    expensive_first_per_success_low_usd, expensive_first_per_success_high_usd, verdict
FROM rpt_escalation_policies
ORDER BY sunk_cost_usd DESC;
