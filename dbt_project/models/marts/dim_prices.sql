{{ config(materialized="table") }}
select
    price_id,
    price_provider,
    price_model,
    token_kind,
    service_tier,
    input_tokens_above,
    valid_from,
    valid_to,
    time_from,
    time_to,
    unit_price_usd,
    source,
    source_url,
    checked_on,
    known_at
from {{ source('meta', 'prices') }}
