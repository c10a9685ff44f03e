{{ config(materialized="table") }}
select
    price_id,
    price_provider,
    price_model,
    token_kind,
    unit,
    rate_class,
    service_tier,
    region,
    input_tokens_above,
    valid_from,
    valid_to,
    time_from,
    time_to,
    unit_price_usd,
    currency,
    coalesce(unit_price, unit_price_usd) as unit_price,
    source,
    source_url,
    checked_on,
    known_at,
    withdrawn_at
from {{ source('meta', 'prices') }}
