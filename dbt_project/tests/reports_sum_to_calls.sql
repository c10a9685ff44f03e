-- Spend classes, traffic split, waste, sampling coverage, hours, quarters of an hour and days each hold every call and every dollar of their days,
-- also on days that were carried over: a day that has calls has rows, and sums over days are sums over the range. Of closed days
-- all hold what int_call_days holds.
{%- set reports = {'rpt_spend_classes': 'calls', 'rpt_traffic_split': 'calls', 'rpt_retry_waste': none, 'rpt_sampling_coverage': 'calls', 'rpt_spend_hourly': 'calls', 'rpt_usage_quarter_hourly': 'calls', 'rpt_calls_daily': 'calls'} %}
with days as (
    select
        date,
        count(*) as calls,
        {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd
    from {{ ref('fct_calls') }}
    where date in ({{ touched_dates('int_calls') }})
    group by date
    union all
    select date, sum(calls), sum(cost_usd) from {{ ref('int_call_days') }}
    where not {{ is_kept('date') }}
    group by date
),

dates as (
    select date from {{ source('meta', 'history_files') }}
    where model = 'int_calls' and {{ is_kept('date') }}
    union
    select date from {{ ref('int_call_days') }}
    where not {{ is_kept('date') }}
),

reported as (
    {%- for report, calls in reports.items() %}
    select
        '{{ report }}' as report,
        date,
        {{ 'sum(' ~ calls ~ ')' if calls else 'cast(null as bigint)' }} as calls,
        sum(cost_usd) as cost_usd
    from {{ ref(report) }}
    group by date
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

reports as (
    {%- for report in reports %}
    select '{{ report }}' as report {{ "union all" if not loop.last }}
    {%- endfor %}
),

expected as (
    select distinct
        reports.report,
        dates.date,
        days.calls,
        days.cost_usd
    from dates
    cross join reports
    left join days using (date)
)

select
    report,
    date,
    expected.calls as calls_of_day,
    reported.calls as calls_reported,
    expected.cost_usd as cost_of_day,
    reported.cost_usd as cost_reported
from expected
full join reported using (report, date)
where
    expected.date is null or reported.date is null
    or expected.calls != reported.calls
    or expected.cost_usd != reported.cost_usd
