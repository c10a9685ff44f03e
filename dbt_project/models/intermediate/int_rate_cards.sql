-- The rates that hold together for one model, tier and interval, side by side, so that a call meets one card.
select
    price_provider,
    price_model,
    service_tier,
    input_tokens_above,
    valid_from,
    valid_to,
    time_from,
    time_to,
    row_number() over (
        order by price_provider, price_model, service_tier, input_tokens_above, valid_from, time_from
    ) as card_id,
    {%- for kind in token_kinds() %}
    max(unit_price_usd) filter (where token_kind = '{{ kind }}') as {{ kind }}_usd{{ "," if not loop.last }}
    {%- endfor %}
from {{ ref('dim_prices') }}
group by price_provider, price_model, service_tier, input_tokens_above, valid_from, valid_to, time_from, time_to
