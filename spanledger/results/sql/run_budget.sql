-- The declared budget per run of each workflow in force on its newest day: the narrowest one that fits, in US dollars.
select
    latest.organization,
    latest.environment,
    latest.workflow_id,
    arg_min(
        {'budget_id': budgets.budget_id, 'limit_usd': budgets.limit_usd},
        (budgets.organization is null, budgets.environment is null, budgets.limit_usd, budgets.budget_id)
    ) as budget
from (
    select
        organization,
        environment,
        workflow_id,
        max(date) as date
    from main.rpt_run_costs
    group by all
) as latest
inner join main.dim_budgets as budgets
    on latest.workflow_id = budgets.workflow_id
    and latest.organization = coalesce(budgets.organization, latest.organization)
    and latest.environment is not distinct from coalesce(budgets.environment, latest.environment)
where
    budgets.window_kind = 'run'
    and budgets.unit = 'usd'
    and budgets.team is null
    and budgets.project is null
    and budgets.withdrawn_at is null
    and (budgets.valid_from is null or budgets.valid_from::date <= latest.date)
    and (budgets.valid_to is null or budgets.valid_to::date > latest.date)
group by all
