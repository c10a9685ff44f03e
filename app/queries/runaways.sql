-- Loops that went on after they should have been stopped, the dearest end first.
SELECT
    organization, trace_id, agent_span_id, workflow_id, agent, kind, step, task_id, started_at, steps, stop_step, stop_reason,
    cost_usd, cost_after_stop_usd, outcome
FROM scoped_loops
WHERE is_runaway
ORDER BY cost_after_stop_usd DESC, started_at DESC, trace_id
LIMIT 30;
