-- Calls to a model by how long their answers are, over the last days of the data.
with newest as (
    select max(date) as day from fct_calls
),

chosen as (
    select
        coalesce(input_tokens, 0) as input_tokens,
        output_tokens,
        cost_usd,
        case
            when output_tokens <= 100 then 100
            when output_tokens <= 250 then 250
            when output_tokens <= 500 then 500
            when output_tokens <= 1000 then 1000
            when output_tokens <= 2000 then 2000
            when output_tokens <= 4000 then 4000
        end as up_to
    from fct_calls
    where date > (select day from newest) - cast($days as integer)
        and output_tokens > 0
        and cost_usd is not null
        and ($model = '' or model = $model)
        and ($workflow = '' or workflow_id = $workflow)
)

select
    cast(up_to as bigint) as up_to,
    count(*) as requests,
    cast(sum(input_tokens) as bigint) as input_tokens,
    cast(sum(output_tokens) as bigint) as output_tokens,
    cast(sum(cost_usd) as decimal(28, 12)) as api_usd
from chosen
group by up_to
order by up_to nulls last;
