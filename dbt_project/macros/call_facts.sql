{# What a call says before its task is known; history keeps it so that a task can be judged again. #}
{% macro call_facts() %}
  {{ return([
    'call_id', 'trace_key', 'run_key', 'organization', 'trace_id', 'span_id', 'folded_span_ids', 'response_id', 'name',
    'started_ns', 'ended_ns', 'service_name', 'environment', 'signal', 'dialect', 'provider', 'operation', 'request_model',
    'response_model', 'model', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens',
    'output_tokens', 'reasoning_tokens', 'token_rule', 'is_estimated', 'is_usage_known', 'usage_error', 'cost_error',
    'has_zeros_only', 'is_container_usage', 'has_trustworthy_clock', 'service_tier', 'rated_service_tier', 'region', 'context_tier',
    'computed_cost_usd', 'reported_cost_usd', 'reported_cost_kind', 'list_cost_usd', 'cost_usd', 'cost_source',
    'metered_cost_usd', 'metered_cost_source', 'charge_id', 'server_address', 'traffic_source',
    'traffic_source_rule', 'traffic_detail', 'team', 'project', 'cost_center', 'feature', 'user_id', 'session_id',
    'customer_id', 'workflow_id', 'root_name', 'run_id', 'step', 'tagged_task_id', 'is_failed', 'attempt', 'execution_id', 'prompt_name', 'prompt_version',
    'code_version', 'sampling_probability', 'sampler', 'input_hash', 'output_hash', 'has_error', 'error_type', 'agent_name', 'agent_span_id',
  ]) }}
{% endmacro %}
