-- All that is spent in a month, what of it the split view names an owner for or not, and whether the month is closed.
select
    (select coalesce(sum(cost_usd), 0) from rpt_total_cost where date >= $month and date < $month + interval 1 month)
        as spent_usd,
    (
        select coalesce(sum(split_cost_usd), 0) from rpt_attribution
        where date >= $month and date < $month + interval 1 month and "view" = $view
    ) as attributed_usd,
    (select closed_at from dim_periods where month = $month and state = 'closed') as closed_at,
    $month + interval 1 month <= $now as is_over
