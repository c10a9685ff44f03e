{{ config(
    materialized='table',
    post_hook=[
        "{{ why_cost_changed(this, ref('rpt_runs_daily'), ref('rpt_usage_daily')) }}",
        "{{ why_versions_differ(this, ref('fct_calls'), ref('fct_call_charges'), ref('dim_prices')) }}"
    ]
) }}
-- Each month against the month before, and the last days against as many before them. The month in progress is compared
-- with as many days of the month before.
with extent as (
    select
        min(date) as first_day,
        max(date) as last_day
    from {{ ref('rpt_usage_daily') }}
),

months as (
    select distinct cast(date_trunc('month', date) as date) as month
    from {{ ref('rpt_usage_daily') }}
),

periods as (
    select
        'month' as comparison,
        cast(month - interval 1 month as date) as before_first,
        case
            when last_day < last_day(month)
                then least(before_first + cast(last_day - month as integer), month - 1)
            else month - 1
        end as before_last,
        month as after_first,
        least(last_day(month), extent.last_day) as after_last
    from months
    cross join extent
    union all
    select
        'last_' || days || '_days' as comparison,
        extent.last_day - (2 * days - 1) as before_first,
        extent.last_day - days as before_last,
        extent.last_day - (days - 1) as after_first,
        extent.last_day as after_last
    from extent
    cross join (select unnest([7, 28]) as days) as lengths
),

pairs as (
    select
        row_number() over (order by comparison, after_first) as pair,
        periods.*,
        before_first >= extent.first_day as is_whole
    from periods
    cross join extent
    where before_last >= extent.first_day
),

{{ sides_of_periods(ref('rpt_runs_daily'), ref('rpt_usage_daily')) }},

{{ change_effects() }}

select
    pairs.comparison,
    pairs.before_first as before_from,
    pairs.before_last as before_to,
    pairs.after_first as after_from,
    pairs.after_last as after_to,
    pairs.is_whole,
    effects.* exclude (pair)
from effects
inner join pairs on effects.pair = pairs.pair
