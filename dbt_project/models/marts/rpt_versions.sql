-- Each version beside the one that appeared just before it. The interval holds at all readings together, so every build
-- may read it again: `transforms/version_compare.py` says why, docs/measurements.md how well.
{%- set both = ['version', 'first_started_at', 'tasks', 'successes', 'mixed_tasks', 'left_out_tasks', 'cost_usd',
    'cost_per_successful_task_usd', 'spread', 'is_heavy_tailed'] %}
with pairs as (
    select
        *,
        {%- for column in both %}
        lag({{ column }}) over earlier as {{ column }}_before{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('rpt_version_costs') }}
    window earlier as (
        partition by organization, environment, workflow_id, traffic_source, kind, subject
        order by first_started_at, version
    )
),

measured as (
    select
        *,
        cast(cost_per_successful_task_usd as double) / nullif(cast(cost_per_successful_task_usd_before as double), 0) as seen,
        case when seen > 0 then seen end as ratio,
        case when spread is not null and spread_before is not null then greatest(spread, spread_before) end as larger_spread,
        tasks_before >= 50 and successes_before >= 20 and spread_before is not null as is_before_readable,
        is_before_readable and tasks >= 50 and successes >= 20 and spread is not null as is_readable,
        -- it never succeeds, and at the rate of the one before that were rarer than one in a thousand
        successes = 0 and tasks >= 50 and successes_before >= 20
        and power(1 - successes_before / tasks_before, tasks) < 0.001 as has_lost_success
    from pairs
    where version_before is not null
),

widths as (
    select
        *,
        case when is_readable then larger_spread * (1.0 / tasks_before + 1.0 / tasks) end as variance,
        {{ half_width('variance') }} as width
    from measured
),

judged as (
    select
        *,
        case
            when has_lost_success or ratio * exp(-width) > 1 then 'worse'
            when ratio * exp(width) < 1 then 'better'
            else 'unclear'
        end as verdict,
        {{ variance_needed('abs(ln(nullif(ratio, 1)))') }} / larger_spread - 1.0 / tasks_before as rest,
        case
            when is_readable and rest > 0 then greatest(ceil(1 / rest) - tasks, 1)
            when is_before_readable and not is_readable and successes > 0 then greatest(50, ceil(20.0 * tasks / successes)) - tasks
        end as missing
    from widths
)

select
    organization,
    environment,
    workflow_id,
    traffic_source,
    kind,
    subject,
    version_before,
    version as version_after,
    first_started_at_before as first_started_before,
    first_started_at as first_started_after,
    tasks_before,
    tasks as tasks_after,
    successes_before,
    successes as successes_after,
    mixed_tasks_before as mixed_before,
    mixed_tasks as mixed_after,
    left_out_tasks_before as left_out_before,
    left_out_tasks as left_out_after,
    cost_usd_before as cost_before_usd,
    cost_usd as cost_after_usd,
    cost_per_successful_task_usd_before as cost_per_success_before_usd,
    cost_per_successful_task_usd as cost_per_success_after_usd,
    round(ratio, 6) as ratio,
    round(ratio * exp(-width), 6) as ratio_low,
    round(ratio * exp(width), 6) as ratio_high,
    verdict,
    cast(case when verdict = 'unclear' and missing between 1 and 1000000 then missing end as bigint) as more_tasks,
    is_heavy_tailed or is_heavy_tailed_before as is_heavy_tailed
from judged
