-- Counters of budgets, those nearest to their limit first.
select
    budget_id,
    counter_key as counter,
    scope,
    window_kind as "window",
    window_start,
    window_end,
    unit,
    coalesce(limit_usd, limit_tokens, limit_steps) as "limit",
    case unit when 'usd' then spent_usd when 'tokens' then spent_tokens else spent_steps end as spent,
    coalesce(reserved_usd, reserved_tokens, reserved_steps) as reserved,
    remaining,
    round(share_used, 4) as share_used,
    state,
    unpriced_calls,
    owner,
    override_reason
from rpt_budget_status
where (is_open and is_in_force or $has_past) and $budget in ('', budget_id)
order by is_open desc, share_used desc nulls first, budget_id, counter_key, window_start
