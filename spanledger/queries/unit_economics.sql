-- The last whole month of a scope, '' being the one there is.
select
    "month",
    cost_usd,
    revenue_usd,
    other_cost_usd,
    requests,
    active_users
from rpt_unit_economics
where scope_kind = $scope_kind
    and is_whole
    and ($scope = '' or coalesce(scope, '') = $scope)
order by "month" desc, cost_usd desc
limit 1;
