-- What the provider bills each call for. Most calls are one usage. A request that the provider answered with several
-- attempts (a refusal and its fallback, an adviser, a compaction) is one usage per attempt, each at its own model's
-- rates. Where a fallback took over, an attempt that declined before any output is not billed.
with calls as (
    select * from {{ ref('int_calls_elected') }}
),

attempts as (
    select
        calls.call_id,
        unnested.usage_number,
        unnested.attempt,
        bool_or(unnested.attempt.type = 'fallback_message') over (partition by calls.call_id) as has_fallback
    from calls
    cross join unnest({{ attempts_of('calls.usage_iterations') }}) with ordinality as unnested (attempt, usage_number)
    where calls.usage_iterations is not null
),

judged as (
    select
        *,
        has_fallback and attempt.output_tokens = 0 as is_waived,
        has_fallback and attempt.type is distinct from 'fallback_message' as is_of_model_asked_for,
        case
            when
                attempt.input_tokens between 0 and {{ var('largest_count') }}
                and attempt.output_tokens between 0 and {{ var('largest_count') }}
                and coalesce(attempt.cache_write_1h_tokens, 0) <= coalesce(attempt.cache_write_tokens, 0)
                then null
            else 'the counts of attempt ' || usage_number || ' in the usage iterations cannot be right'
        end as attempt_error
    from attempts
)

select
    call_id,
    1 as usage_number,
    false as is_attempt,
    true as is_answer,
    provider,
    request_model,
    response_model,
    started_ns,
    service_tier,
    region,
    {{ select_list(billed_counts()) }},
    reasoning_tokens,
    usage_error
from calls
where usage_iterations is null

union all

select
    calls.call_id,
    judged.usage_number,
    true as is_attempt,
    coalesce(judged.attempt.type, 'message') in ('message', 'fallback_message') as is_answer,
    calls.provider,
    case when judged.attempt.model is null then calls.request_model end as request_model,
    case
        when judged.attempt.model is not null then judged.attempt.model
        when not judged.is_of_model_asked_for then calls.response_model
    end as response_model,
    calls.started_ns,
    calls.service_tier,
    calls.region,
    {%- for count in billed_counts() %}
    case when judged.is_waived then 0 else judged.attempt.{{ count }} end as {{ count }},
    {%- endfor %}
    cast(null as bigint) as reasoning_tokens,
    coalesce(calls.usage_error, judged.attempt_error) as usage_error
from calls
inner join judged on calls.call_id = judged.call_id
