-- Each call of a touched date has its keys, words of the vocabularies, a cost that follows its source, and parts that
-- fit in their whole unless the usage is marked as in error. `problem` names the first thing wrong.
with judged as (
    select
        call_id,
        date,
        case
            when call_id is null or trace_id is null or span_id is null or organization is null then 'a key is null'
            when run_id is null or task_id is null or task_source is null then 'no run or no task'
            when coalesce(spend_class not in (
                'failed_attempt', 'superseded_attempt', 'retry_duplicate', 'untasked', 'abandoned', 'undetermined', 'useful'
            ), true) then 'spend_class'
            when coalesce(traffic_source not in {{ traffic_sources() }} and traffic_source != 'unknown', true) then 'traffic_source'
            when coalesce(task_traffic_source not in {{ traffic_sources() }} and task_traffic_source != 'unknown', true)
                then 'task_traffic_source'
            when task_source not in ('task', 'run', 'trace') then 'task_source'
            when run_attempt < 1 or step_attempt < 1 then 'an attempt counts from 1'
            when spend_class = 'retry_duplicate' and traffic_source in ('eval', 'replay') then 'a repeat in eval or replay'
            when spend_class = 'retry_duplicate' and duplicate_evidence is null then 'a repeat without evidence'
            when (cost_source = 'covered') != (charge_id is not null) then 'covered without a charge'
            when cost_source = 'covered' and coalesce(cost_usd < 0, true) then 'a part of a charge'
            when cost_source != 'covered' and (cost_source != metered_cost_source or cost_usd is distinct from metered_cost_usd)
                then 'cost_usd is not what is metered'
            when metered_cost_usd is distinct from case metered_cost_source
                when 'provider' then reported_cost_usd
                when 'computed' then computed_cost_usd
                when 'client' then reported_cost_usd
                when 'response_cache' then 0
            end then 'cost does not follow its source'
            when coalesce(metered_cost_source not in (
                'provider', 'computed', 'client', 'response_cache', 'unpriced', 'usage unknown', 'usage in error'
            ), true) then 'cost_source'
            when usage_error is not null then null
            when least(
                input_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens
            ) < 0 then 'a negative count'
            when coalesce(cached_input_tokens, 0) + coalesce(cache_write_tokens, 0) > input_tokens
                then 'cache reads and writes exceed the input'
            when cache_write_1h_tokens > cache_write_tokens then '1-hour writes exceed the writes'
            when reasoning_tokens > output_tokens then 'reasoning exceeds the output'
        end as problem
    from {{ ref('int_calls') }}
    where date in ({{ touched_dates('int_calls') }})
)

select
    date,
    call_id,
    problem
from judged
where problem is not null
