-- The rates the published build applied, per million tokens; $model narrows to names that contain it.
select
    price_provider as provider,
    price_model as model,
    token_kind,
    service_tier,
    input_tokens_above,
    unit_price_usd * 1000000 as usd_per_million,
    valid_from,
    nullif(valid_to, timestamptz '9999-01-01 00:00:00+00') as valid_to,
    source
from dim_prices
where withdrawn_at is null and contains(lower(price_provider || '/' || price_model), lower($model))
order by provider, model, service_tier, token_kind, input_tokens_above, valid_from
