-- The calls that levers are simulated on, narrowed to a workflow, step and traffic source where they are said.
select *
from rpt_lever_usage
where
    ($workflow is null or workflow_id = $workflow)
    and ($step is null or step = $step)
    and ($source is null or traffic_source = $source)
order by all
