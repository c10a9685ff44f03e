delete from main.rpt_data_quality where "check" = 'forecast_failed';

insert into main.rpt_data_quality by name
select
    failed.date,
    failed.organization,
    null as environment,
    'forecast_failed' as "check",
    count(*) as rows,
    0 as cost_usd,
    list_slice(list_sort(list(distinct failed.subject)), 1, 20) as subjects
from (
    select
        today as date,
        organization,
        'all forecasts' as subject
    from facts.forecast_inputs
    where failure is not null
    union all
    select
        inputs.today,
        coalesce(budgets.organization, ''),
        'budget ' || budgets.budget_id
    from facts.budget_forecasts as budgets
    inner join facts.forecast_inputs as inputs on budgets.organization is not distinct from inputs.organization
    where budgets.is_failed
) as failed
group by all;
