select
    steps.organization,
    steps.environment,
    steps.scope_kind,
    steps.scope,
    steps.step,
    cast(sum(steps.cost_usd) as double) as usd
from anomaly_steps as steps
inner join anomaly_scopes as scopes
    on steps.organization = scopes.organization
    and steps.environment is not distinct from scopes.environment
    and steps.scope_kind = scopes.scope_kind
    and steps.scope is not distinct from scopes.scope
group by all
