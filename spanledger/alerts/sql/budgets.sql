-- Counters that are beyond a threshold now. The worst state ranks first, then how many thresholds are crossed.
-- Of a budget's versions the one in force says what they are.
with shares as (
    select
        budget_id,
        unnest(threshold_at) as share,
        unnest(threshold_to) as told
    from dim_budgets
    where
        withdrawn_at is null
        and coalesce(valid_from <= (select built_at from build_info), true)
        and coalesce(valid_to > (select built_at from build_info), true)
)

select
    status.budget_id,
    status.counter_key,
    status.organization,
    status.environment,
    status.owner,
    status.scope,
    status.window_kind,
    status.window_start,
    status.unit,
    status.state,
    status.share_used,
    coalesce(status.limit_usd, status.limit_tokens, status.limit_steps) as limit_amount,
    case status.unit when 'usd' then status.spent_usd when 'tokens' then status.spent_tokens else status.spent_steps end as spent,
    status.spent_usd,
    status.unpriced_calls,
    -- a budget of nothing is beyond its limit before anything was called
    coalesce(
        status.last_call_at,
        (select max(known_at) from dim_budgets where dim_budgets.budget_id = status.budget_id and withdrawn_at is null)
    ) as since_at,
    (
        select count(distinct shares.share)
        from shares
        where shares.budget_id = status.budget_id and status.share_used >= shares.share
    ) as crossed,
    (
        select list_sort(list(distinct shares.told))
        from shares
        where shares.budget_id = status.budget_id and status.share_used >= shares.share and shares.told is not null
    ) as told
from rpt_budget_status as status
where status.is_open and status.is_in_force and status.state <> 'ok'
order by status.budget_id, status.counter_key, status.window_start
