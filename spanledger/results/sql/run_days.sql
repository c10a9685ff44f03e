-- Measured runs of the last days before each organization's newest, day by day.
select
    costs.organization,
    costs.environment,
    costs.workflow_id,
    costs.traffic_source,
    costs.date,
    costs.date > newest.date - $rolling_days::integer as is_rolling,
    costs.measured_runs as runs,
    costs.cost_usd,
    costs.log_cost_sum,
    costs.log_cost_squares
from main.rpt_run_costs as costs
inner join (
    select
        organization,
        max(date) as date
    from main.rpt_run_costs
    group by all
) as newest on costs.organization = newest.organization
where costs.date > newest.date - $days::integer and costs.measured_runs > 0
order by costs.organization, costs.environment, costs.workflow_id, costs.traffic_source, costs.date
