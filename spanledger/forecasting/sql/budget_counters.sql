-- Open counters of budgets in US dollars whose end can be forecast, the fullest first.
select
    status.budget_id,
    status.counter_key,
    status.window_start,
    status.window_end,
    status.limit_usd::double as limit_usd,
    budgets.scope_key,
    status.spent_usd::double as spent_usd,
    [
        ['organization', budgets.organization],
        ['team', budgets.team],
        ['project', budgets.project],
        ['environment', budgets.environment],
        ['service_name', budgets.service_name],
        ['feature', budgets.feature],
        ['customer_id', budgets.customer_id],
        ['user_id', budgets.user_id],
        ['workflow_id', budgets.workflow_id],
        ['workflow_run_id', budgets.workflow_run_id],
        ['task_id', budgets.task_id],
        ['agent_name', budgets.agent_name],
        ['model', budgets.model],
        ['traffic_source', budgets.traffic_source]
    ] as named
from main.rpt_budget_status as status
inner join facts.int_budget_counters as counters
    on status.budget_id = counters.budget_id
    and status.counter_key = counters.counter_key
    and status.window_start is not distinct from counters.window_start
    and counters.is_open
inner join main.dim_budgets as budgets on counters.version = budgets.version and counters.known_at = budgets.known_at
where
    status.is_open
    and status.is_in_force
    and status.unit = 'usd'
    and status.window_kind in ('day', 'week', 'month', 'quarter', 'total')
order by status.share_used desc nulls last, status.budget_id, status.counter_key
limit $most::bigint
