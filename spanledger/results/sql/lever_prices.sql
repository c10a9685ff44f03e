-- What a model's tokens cost by the newest prices at the standard tier, at the batch tier, and read from a prompt cache: at the
-- base rate of any region and time of day, contracted before list.
select
    price_provider,
    price_model,
    token_kind,
    coalesce(service_tier, 'standard') as service_tier,
    arg_min(unit_price_usd, (rate_class = 'list', unit_price_usd)) as unit_price_usd
from main.dim_prices
where
    withdrawn_at is null
    and region is null
    and time_from is null
    and input_tokens_above < 0
    and coalesce(service_tier, 'standard') in ('standard', 'batch')
    and token_kind in ('input', 'cache_read', 'cache_write', 'output')
    and valid_from <= (select max(date) from main.rpt_call_shapes)
    and valid_to > (select max(date) from main.rpt_call_shapes)
    and (price_provider, price_model) in (select (price_provider, price_model) from main.rpt_call_shapes)
group by all
order by all
