-- Calls to a model by hour, over the last days of the data. $model '' and $workflow '' are all of them.
with newest as (
    select max(date) as day from rpt_spend_hourly
),

chosen as (
    select
        hour_at,
        calls,
        input_tokens,
        output_tokens,
        cost_usd
    from rpt_spend_hourly
    where date > (select day from newest) - cast($days as integer)
        and ($model = '' or model = $model)
        and ($workflow = '' or workflow_id = $workflow)
)

select
    cast(sum(calls) as bigint) as requests,
    cast(sum(input_tokens) as bigint) as input_tokens,
    cast(sum(output_tokens) as bigint) as output_tokens,
    cast(sum(cost_usd) as decimal(28, 12)) as api_usd
from chosen
group by hour_at
order by hour_at;
