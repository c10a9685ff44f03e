-- The last whole month of a scope of each organization that has it, '' being any: of the organization as a whole the scope is its
-- own name. Where the business file names environments, all of them together come first.
select
    organization,
    scope,
    calls,
    unknown_cost_calls,
    cost_usd,
    revenue_usd,
    other_cost_usd,
    requests,
    active_users
from rpt_unit_economics
where scope_kind = $scope_kind
    and is_whole
    and cost_usd is not null
    and ($organization = '' or organization = $organization)
    and ($scope = '' or if(scope_kind = 'organization', organization, scope) = $scope)
qualify row_number() over (partition by organization, scope order by "month" desc, environment nulls first) = 1
order by organization, cost_usd desc, scope;
