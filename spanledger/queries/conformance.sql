select
    calls.organization as recording,
    calls.span_id,
    calls.folded_span_ids,
    calls.dialect,
    calls.response_id,
    calls.operation,
    list_filter(
        [calls.model, calls.request_model, calls.response_model], lambda name: name is not null
    ) as models,
    calls.status,
    spans.started_ns,
    spans.ended_ns,
    calls.is_usage_known,
    coalesce(calls.is_estimated, false) as is_estimated,
    calls.token_rule,
    calls.usage_error,
    calls.computed_cost_usd,
    calls.reported_cost_usd,
    calls.input_tokens,
    calls.output_tokens,
    calls.cached_input_tokens,
    calls.cache_write_tokens,
    calls.reasoning_tokens
from fct_calls as calls
left join fct_spans as spans using (call_id, span_id)
order by calls.started_at, calls.span_id
