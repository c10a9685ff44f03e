-- The effects between two periods add up to the change of what calls cost, for each organization, environment and traffic
-- source, exactly. The days' costs are those of rpt_traffic_split, which another test holds against fct_calls.
with pairs as (
    select distinct
        comparison,
        before_from,
        before_to,
        after_from,
        after_to
    from {{ ref('rpt_cost_change') }}
),

explained as (
    select
        comparison,
        after_from,
        {{ change_scope() }},
        sum(change_usd) as effects_usd
    from {{ ref('rpt_cost_change') }}
    group by all
),

changed as (
    select
        pairs.comparison,
        pairs.after_from,
        {{ change_scope('days.') }},
        sum(case when days.date between pairs.after_from and pairs.after_to then days.cost_usd else -days.cost_usd end)
            as change_usd
    from {{ ref('rpt_traffic_split') }} as days
    inner join pairs
        on days.date between pairs.before_from and pairs.before_to
        or days.date between pairs.after_from and pairs.after_to
    group by all
)

select
    coalesce(changed.comparison, explained.comparison) as comparison,
    coalesce(changed.after_from, explained.after_from) as after_from,
    {{ change_scope('changed.') }},
    changed.change_usd,
    explained.effects_usd
from changed
full join explained
    on changed.comparison = explained.comparison
    and changed.after_from = explained.after_from
    and changed.organization = explained.organization
    and changed.environment is not distinct from explained.environment
    and changed.traffic_source = explained.traffic_source
where coalesce(changed.change_usd, 0) != coalesce(explained.effects_usd, 0)
