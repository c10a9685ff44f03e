{{ config(
    materialized='table',
    post_hook=[
        "{{ why_cost_changed(this, ref('rpt_runs_daily'), ref('rpt_usage_daily')) }}",
        "{{ why_versions_differ(this, ref('fct_calls'), ref('fct_call_charges'), ref('dim_prices')) }}"
    ]
) }}
-- Each month against the month before, and the last days against as many before them. The newest day is still being
-- filled: the last days end before it, and so does a month in progress, which is compared with as many days of the month
-- before.
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
        month as after_first,
        case when last_day < last_day(month) then last_day - 1 else last_day(month) end as after_last,
        cast(month - interval 1 month as date) as before_first,
        case
            when last_day < last_day(month) then least(before_first + cast(after_last - month as integer), month - 1)
            else month - 1
        end as before_last
    from months
    cross join extent
    union all
    select
        'last_' || days || '_days' as comparison,
        last_day - days as after_first,
        last_day - 1 as after_last,
        last_day - 2 * days as before_first,
        last_day - days - 1 as before_last
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
    where before_last >= extent.first_day and after_last >= after_first
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
