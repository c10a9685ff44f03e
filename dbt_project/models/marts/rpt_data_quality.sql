{{ config(materialized='daily', touched_by=['int_calls', 'int_spans', 'int_tasks', 'int_outcomes']) }}
with touched as (
    {{ touched_dates('int_calls', 'int_spans', 'int_tasks', 'int_outcomes') }}
),

calls as (
    select * from {{ ref('fct_calls') }}
    where date in (select date from touched)
),

findings as (
    select date, organization, environment, 'unpriced_model' as "check", model as subject, coalesce(reported_cost_usd, 0) as cost_usd
    from calls
    where cost_source in ('unpriced', 'client') and computed_cost_usd is null and coalesce(input_tokens, output_tokens) is not null
    union all
    select date, organization, environment, 'unknown_usage', service_name, coalesce(cost_usd, 0) from calls
    where not is_usage_known and not is_container_usage
    union all
    select date, organization, environment, 'unknown_traffic', service_name, coalesce(cost_usd, 0) from calls
    where traffic_source = 'unknown'
    union all
    select date, organization, environment, 'container_usage', service_name, coalesce(cost_usd, 0) from calls
    where is_container_usage
    union all
    select date, organization, environment, 'usage_in_error', service_name, coalesce(cost_usd, 0) from calls
    where usage_error is not null
    union all
    select date, organization, environment, 'cost_in_error', service_name, coalesce(cost_usd, 0) from calls
    where cost_error is not null
    union all
    select date, organization, environment, 'tier_without_rate', model || ' ' || service_tier, coalesce(cost_usd, 0) from calls
    where service_tier in ('batch', 'flex', 'priority') and rated_service_tier != service_tier
    union all
    select date, organization, environment, 'estimated_usage', service_name, coalesce(cost_usd, 0) from calls
    where is_estimated
    union all
    select date, organization, environment, 'reported_differs', model, abs(reported_cost_usd - computed_cost_usd)
    from calls
    where abs(reported_cost_usd - computed_cost_usd) > 0.000001
    union all
    (
        select date, organization, environment, 'response_id_reused', service_name, coalesce(cost_usd, 0) from calls
        where response_id is not null
        window of_response as (partition by date, organization, response_id)
        qualify
            min(input_tokens) over of_response != max(input_tokens) over of_response
            or min(output_tokens) over of_response != max(output_tokens) over of_response
    )
    union all
    select date, organization, environment, 'untrustworthy_clock', service_name, coalesce(cost_usd, 0) from calls
    where not has_trustworthy_clock
    union all
    select date, organization, null, 'untrustworthy_clock', service_name, 0 from {{ ref('fct_spans') }}
    where date in (select date from touched) and not has_trustworthy_clock and role != 'call'
    union all
    select date, organization, environment, 'sampled_traces', service_name, coalesce(cost_usd, 0) from calls
    where sampler is not null and sample_weight is distinct from 1
    union all
    select date, organization, null, 'unexplained_aggregate', service_name, 0 from {{ ref('fct_spans') }}
    where date in (select date from touched) and unexplained_input_tokens + unexplained_output_tokens > 0
    union all
    select task_date, organization, environment, 'unknown_outcome', workflow_id, cost_usd from {{ ref('int_tasks') }}
    where task_date in (select date from touched) and is_tasked and not is_pending and outcome = 'unknown'
    union all
    select date, organization, null, 'unresolved_outcome', coalesce(reference, evaluation_name), 0 from {{ ref('int_outcomes') }}
    where date in (select date from touched) and task_id is null
)

select
    date,
    organization,
    environment,
    "check",
    count(*) as rows,
    {{ money('sum(cost_usd)') }} as cost_usd,
    list_slice(list_sort(list(distinct subject)), 1, 20) as subjects
from findings
group by all
