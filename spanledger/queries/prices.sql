-- The rates the published build applied; $model narrows to names that contain it.
select
    price_provider as provider,
    price_model as model,
    rate_class,
    token_kind,
    service_tier,
    region,
    input_tokens_above,
    unit,
    unit_price_usd,
    case when unit in ('token', 'token_hour') then unit_price_usd * 1000000 end as usd_per_million,
    valid_from,
    nullif(valid_to, timestamptz '9999-01-01 00:00:00+00') as valid_to,
    source
from dim_prices
where withdrawn_at is null and contains(lower(price_provider || '/' || price_model), lower($model))
order by provider, model, rate_class, service_tier, region, token_kind, input_tokens_above, valid_from
