{{ config(materialized='table') }}
-- The counters of every budget: those of windows in which something was counted, and of this moment's. A window is judged by
-- the version of its budget that was known and held at its end, or now where it is open; a window from before anything was
-- known of the budget, by what is known now. Runs that were last called long ago are left out, unless they went beyond the limit.
with budgets as (
    select budgets.*, book.made_at, book.has_reservations
    from {{ source('meta', 'budgets') }} as budgets
    cross join {{ source('meta', 'budget_book') }} as book
),

windows as (
    select distinct
        budgets.budget_id,
        budgets.counter_kind,
        budgets.window_kind,
        budgets.time_zone,
        budgets.made_at,
        days.window_start
    from {{ ref('int_budget_days') }} as days
    inner join budgets on days.scope_key = budgets.scope_key
    union
    select
        budget_id,
        counter_kind,
        window_kind,
        time_zone,
        made_at,
        {{ window_start('window_kind', 'time_zone', 'made_at') }} as window_start
    from budgets
),

bounded as (
    select
        * exclude (window_kind, time_zone),
        {{ window_end('window_kind', 'time_zone', 'window_start') }} as window_end,
        least(window_end - interval 1 microsecond, made_at) as judged_at
    from windows
),

judged as (
    select
        bounded.* exclude (made_at),
        budgets.version,
        budgets.known_at,
        budgets.scope_key,
        budgets.window_seconds,
        budgets.window_kind,
        budgets.unit,
        coalesce(budgets.limit_usd, cast(budgets.limit_count as decimal(28, 12))) as limit_amount,
        array_length(budgets."each") = 0 as has_one_counter,
        budgets.counter_kind as judging_kind,
        coalesce(bounded.window_start <= budgets.made_at and budgets.made_at < bounded.window_end, true) as is_open,
        budgets.known_at <= bounded.judged_at and coalesce(budgets.withdrawn_at > bounded.judged_at, true) as was_known,
        budgets.has_reservations,
        budgets.withdrawn_at is null
            and coalesce(budgets.valid_from <= budgets.made_at, true)
            and coalesce(budgets.valid_to > budgets.made_at, true) as is_in_force,
        {{ quarter_hour('budgets.made_at') }} as quarter_at
    from bounded
    inner join budgets on bounded.budget_id = budgets.budget_id
    where
        (budgets.withdrawn_at is null or budgets.known_at <= bounded.judged_at and budgets.withdrawn_at > bounded.judged_at)
        and coalesce(budgets.valid_from <= bounded.judged_at, true)
        and coalesce(budgets.valid_to > bounded.window_start, true)
    qualify
        row_number() over (
            partition by bounded.budget_id, bounded.counter_kind, bounded.window_start
            order by was_known desc, budgets.valid_from desc nulls last, budgets.known_at desc, budgets.version
        ) = 1
),

{{ counted_by_version('judged') }}

select
    judged.budget_id,
    judged.version,
    judged.known_at,
    coalesce(days.counter_key, '') as counter_key,
    case when judged.window_kind = 'rolling' then judged.quarter_at - to_seconds(judged.window_seconds) else judged.window_start end
        as window_start,
    case when judged.window_kind = 'rolling' then judged.quarter_at + interval 15 minutes else judged.window_end end as window_end,
    judged.judged_at,
    bool_and(judged.is_open) and (
        any_value(judged.window_kind) != 'run'
        or coalesce(max(days.last_call_at) >= any_value(judged.quarter_at) - interval {{ var('quiet_run_days') }} days, true)
    ) as is_open,
    judged.is_in_force,
    judged.has_reservations,
    cast(coalesce(sum(days.calls), 0) as bigint) as calls,
    cast(coalesce(sum(days.unpriced_calls), 0) as bigint) as unpriced_calls,
    cast(coalesce(sum(days.uncounted_calls), 0) as bigint) as uncounted_calls,
    {{ money('coalesce(sum(days.cost_usd), 0)') }} as cost_usd,
    cast(coalesce(sum(days.tokens), 0) as bigint) as tokens,
    max(days.last_call_at) as last_call_at
from counted as judged
left join {{ ref('int_budget_days') }} as days
    on judged.counted_key = days.scope_key
    and days.date >= judged.counted_from and days.date < judged.counted_to
    and judged.window_start is not distinct from days.window_start
    and coalesce(days.bucket_at >= judged.quarter_at - to_seconds(judged.window_seconds) and days.bucket_at <= judged.quarter_at, true)
where days.counter_key is not null or judged.has_one_counter
group by all
having
    any_value(judged.window_kind) != 'run'
    or coalesce(max(days.last_call_at) >= any_value(judged.quarter_at) - interval {{ var('kept_run_days') }} days, true)
    or case any_value(judged.unit)
        when 'usd' then coalesce(sum(days.cost_usd), 0)
        when 'tokens' then coalesce(sum(days.tokens), 0)
        else coalesce(sum(days.calls), 0)
    end > any_value(judged.limit_amount)
