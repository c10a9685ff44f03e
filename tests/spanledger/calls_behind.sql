-- Each opportunity with its calls and cost, as it says them and as the calls behind it do.
select
    opportunities.kind,
    opportunities.calls,
    count(calls.call_id) as calls_behind,
    opportunities.cost_usd,
    coalesce(sum(facts.cost_usd), 0) as cost_behind_usd,
    count(distinct calls.call_id) as different_calls,
    bool_and(facts.date between opportunities.first_date and opportunities.last_date) as is_within
from rpt_opportunities as opportunities
left join rpt_lever_calls as calls
    on opportunities.kind = calls.kind
    and opportunities.organization = calls.organization
    and opportunities.environment is not distinct from calls.environment
    and opportunities.workflow_id is not distinct from calls.workflow_id
    and opportunities.step is not distinct from calls.step
    and opportunities.traffic_source = calls.traffic_source
    and opportunities.model is not distinct from calls.model
left join fct_calls as facts on calls.call_id = facts.call_id
group by
    opportunities.kind, opportunities.calls, opportunities.cost_usd, opportunities.organization, opportunities.environment,
    opportunities.workflow_id, opportunities.step, opportunities.traffic_source, opportunities.model
order by all
