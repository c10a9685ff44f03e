-- Open counters of budgets in US dollars whose end can be forecast, the fullest first.
select
    status.budget_id,
    status.counter_key,
    status.organization,
    status.window_kind,
    status.window_start,
    (status.window_end - interval 1 microsecond)::date as last_on,
    status.limit_usd::double as limit_usd,
    budgets.scope_key
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
