SELECT workflow_id AS "Workflow", runs_a_day AS "Runs a day: {#}", days AS "Days: {#}" FROM rpt_unit_cost_trend;
