-- What the last fifty runs of each workflow took: the ninetieth percentile of each, rounded up.
with ranked as (
    select
        organization,
        workflow_id,
        workflow_run_id,
        sum(cost_usd) as usd,
        sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) as tokens,
        count(*) as steps,
        row_number() over (partition by organization, workflow_id order by max(started_at) desc, workflow_run_id) as age
    from fct_calls
    where workflow_id is not null and started_at >= $since::timestamptz
    group by organization, workflow_id, workflow_run_id
)

select
    organization,
    workflow_id,
    ceil(quantile_cont(usd::double, 0.9) * 1e12)::hugeint as usd,
    ceil(quantile_cont(tokens, 0.9))::bigint as tokens,
    ceil(quantile_cont(steps, 0.9))::bigint as steps
from ranked
where age <= 50
group by organization, workflow_id
