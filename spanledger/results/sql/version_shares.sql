-- Of a workflow's calls in the days before and from a change on: the share of each prompt version, code version and model.
select
    kind,
    version,
    coalesce(sum(calls) filter (where not is_after), 0) / nullif(any_value(all_before), 0)::double as before_share,
    coalesce(sum(calls) filter (where is_after), 0) / nullif(any_value(all_after), 0)::double as after_share
from (
    select
        *,
        sum(calls) filter (where not is_after) over (partition by kind) as all_before,
        sum(calls) filter (where is_after) over (partition by kind) as all_after
    from (
        select
            date >= $at::date as is_after,
            calls,
            unnest(['prompt_version', 'model', 'code_version']) as kind,
            unnest([prompt_version, model, code_version]) as version
        from main.rpt_spend_hourly
        where
            organization = $organization
            and environment is not distinct from $environment
            and workflow_id is not distinct from $workflow_id
            and traffic_source = $traffic_source
            and date between $at::date - $days::integer and $at::date + $days::integer - 1
    ) as versions
) as shared
group by all
order by all
