SELECT sum(sunk_cost_usd) AS "heading: {$} went to cheaper models that were not kept" FROM rpt_escalation_chains WHERE is_escalation;

SELECT
    row(workflow_id, step, cheap_model, expensive_model) AS "Step: {} · {} {} → {}",
    cost_per_success_usd AS "A success now: {$}",
    tasks AS "Tasks: {#}",
    escalated_share AS "Escalated: {%}",
    expensive_tasks AS "Dearer model got: {#}",
    direct_tasks AS "of these at once: {#}",
    sunk_cost_usd AS "Sunk: {$}",
FROM rpt_escalation_policies;

SELECT
    workflow_id AS "Workflow",
    step AS "Step",
    first_model AS "First",
    last_model AS "Last",
    count(*) AS "Tasks: {#}",
    count(*) FILTER (outcome = 'success') AS "Succeeded: {#}",
    sum(attempts) AS "Calls: {#}",
    sum(chain_cost_usd) AS "Cost: {$}",
    sum(sunk_cost_usd) AS "Sunk: {$}",
FROM rpt_escalation_chains
GROUP BY workflow_id, step, first_model, last_model, traffic_source;

SELECT
    task_id AS "Task", step AS "Step", attempts AS "Calls: {#}", chain_cost_usd AS "Cost: {$}", sunk_cost_usd AS "Sunk: {$}",
FROM rpt_escalation_chains
WHERE is_escalation
ORDER BY sunk_cost_usd DESC
LIMIT 20;
