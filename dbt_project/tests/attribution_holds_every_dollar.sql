-- Attribution = spend + charges, per day and in total, in both views: what is divided adds up to the report of all that is
-- spent, calls and corrections of closed months included, and the full view never shows less than a part.
with days as (
    select
        date,
        calls as expected_calls,
        cost_usd as expected_usd,
        0 as split_calls,
        0 as split_usd,
        0 as full_calls,
        0 as full_usd
    from {{ ref('rpt_total_cost') }}
    union all
    select
        date,
        0,
        0,
        case when "view" = 'split' then calls else 0 end,
        case when "view" = 'split' then cost_usd else 0 end,
        case when "view" = 'full' then split_calls else 0 end,
        case when "view" = 'full' then split_cost_usd else 0 end
    from {{ ref('rpt_attribution') }}
),

sums as (
    select
        date,
        sum(expected_calls) as expected_calls,
        sum(split_calls) as split_calls,
        sum(full_calls) as full_calls,
        sum(expected_usd) as expected_usd,
        sum(split_usd) as split_usd,
        sum(full_usd) as full_usd,
        cast(null as varchar) as problem
    from days
    group by date
)

select * from sums
where
    expected_usd != split_usd or expected_usd != full_usd
    or expected_calls != split_calls or expected_calls != full_calls
union all
select
    date,
    calls,
    split_calls,
    0,
    cost_usd,
    split_cost_usd,
    0,
    'a row that is not what its view says' as problem
from {{ ref('rpt_attribution') }}
where
    "view" = 'split' and (cost_usd != split_cost_usd or calls != split_calls)
    or abs(cost_usd) < abs(split_cost_usd) and corrects_month is null
    or (method = 'unattributed') != (coalesce(team, project, cost_center) is null)
    or (method = 'unattributed') != (reason is not null)
