-- The calls that levers are simulated on, narrowed to an organization, workflow, step and traffic source where they are said.
select * exclude (shapes)
from rpt_lever_usage
where
    ($organization = '' or organization = $organization)
    and ($workflow is null or workflow_id = $workflow)
    and ($step is null or step = $step)
    and ($source is null or traffic_source = $source)
order by all
