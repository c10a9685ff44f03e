-- What outcomes name and the published build does not know: $subject is the kind of name, $names the pairs of
-- organization and name.
with
    said as (select unnest($names, recursive := true)),
    known as (
        select organization, task_id as name from fct_tasks where $subject = 'task_id'
        union
        select organization, workflow_run_id from fct_workflow_runs where $subject = 'workflow_run_id'
        union
        select organization, trace_id from fct_calls where $subject = 'trace_id'
    )

select organization, name from said
except
select organization, name from known
order by organization, name
