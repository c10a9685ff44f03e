-- Calls of the published build that carry a reservation, since a time, and those of given spans.
select
    calls.organization,
    spans.reservation_id,
    calls.trace_id,
    calls.span_id,
    calls.started_at,
    calls.cost_usd,
    coalesce(calls.input_tokens + calls.output_tokens, calls.input_tokens, calls.output_tokens) as tokens,
    calls.team,
    calls.project,
    calls.environment,
    calls.service_name,
    calls.feature,
    calls.customer_id,
    calls.user_id,
    calls.workflow_id,
    calls.workflow_run_id,
    calls.task_id,
    calls.agent_name,
    calls.model,
    calls.traffic_source
from fct_calls as calls
inner join facts.int_spans as spans
    on calls.organization = spans.organization and calls.trace_id = spans.trace_id and calls.span_id = spans.span_id
where
    spans.reservation_id is not null
    and (calls.started_at >= $since::timestamptz or calls.trace_id in (select unnest($traces)))
