-- The calls behind each opportunity: those whose shape `rpt_lever_usage` holds beside the lever, in the days looked at.
with taken as (
    select
        lever.lever as kind,
        organization,
        environment,
        workflow_id,
        step,
        traffic_source,
        model,
        unnest(shapes) as shape
    from (select *, unnest(levers) as lever from main.rpt_lever_usage)
)

select
    calls.date,
    taken.kind,
    calls.organization,
    calls.environment,
    calls.workflow_id,
    calls.step,
    calls.traffic_source,
    calls.model,
    calls.call_id,
    calls.cost_usd
from main.fct_call_shapes as calls
inner join taken
    on calls.organization = taken.organization
    and calls.environment is not distinct from taken.environment
    and calls.workflow_id is not distinct from taken.workflow_id
    and calls.step is not distinct from taken.step
    and calls.traffic_source = taken.traffic_source
    and calls.model is not distinct from taken.model
    and calls.price_provider is not distinct from taken.shape.price_provider
    and calls.price_model is not distinct from taken.shape.price_model
    and calls.service_tier is not distinct from taken.shape.service_tier
    and calls.paid_again = taken.shape.paid_again
    and calls.asked_again = taken.shape.asked_again
    and calls.is_cache_hit = taken.shape.is_cache_hit
    and calls.input_tokens_to is not distinct from taken.shape.input_tokens_to
    and calls.output_tokens_to is not distinct from taken.shape.output_tokens_to
inner join main.rpt_opportunities as opportunities
    on taken.kind = opportunities.kind
    and calls.organization = opportunities.organization
    and calls.environment is not distinct from opportunities.environment
    and calls.workflow_id is not distinct from opportunities.workflow_id
    and calls.step is not distinct from opportunities.step
    and calls.traffic_source = opportunities.traffic_source
    and calls.model is not distinct from opportunities.model
    and calls.date between opportunities.first_date and opportunities.last_date
