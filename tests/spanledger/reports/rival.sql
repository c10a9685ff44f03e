-- The sample company's team legal becomes the organization rival; what the sample does not have, reports go without.
update fct_calls set organization = 'rival' where workflow_id = 'contract-review';
update fct_tasks set organization = 'rival' where workflow_id = 'contract-review';
update call_parts set organization = 'rival' where workflow_id = 'contract-review';
update rpt_call_shapes set organization = 'rival' where workflow_id = 'contract-review';
update rpt_cost_change set organization = 'rival' where workflow_id = 'contract-review';
update rpt_drift set organization = 'rival' where workflow_id = 'contract-review';
update rpt_lever_usage set organization = 'rival' where workflow_id = 'contract-review';
update rpt_opportunities set organization = 'rival' where workflow_id = 'contract-review';
update rpt_runs_daily set organization = 'rival' where workflow_id = 'contract-review';
update rpt_spend_hourly set organization = 'rival' where workflow_id = 'contract-review';
update rpt_unit_cost_trend set organization = 'rival' where workflow_id = 'contract-review';
update rpt_usage_daily set organization = 'rival' where workflow_id = 'contract-review';
update rpt_anomalies set organization = 'rival';
update fct_alerts set organization = 'rival', summary = 'legal spent too much';
drop table if exists rpt_forecast_month_end;
create table rpt_total_cost as
select date, organization, environment, team, 'calls' as category, cost_usd, 0 as unknown_cost_calls from fct_calls;
