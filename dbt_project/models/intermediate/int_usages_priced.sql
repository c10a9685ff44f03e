-- What each usage costs by the rates valid at its call's start.
with named as (
    select
        usages.*,
        coalesce(answered.price_provider, asked.price_provider) as price_provider,
        coalesce(answered.price_model, asked.price_model) as price_model,
        coalesce(answered.price_model, asked.price_model, usages.response_model, usages.request_model) as model
    from {{ ref('int_call_usages') }} as usages
    left join {{ source('meta', 'model_names') }} as answered
        on usages.response_model = answered.model_name
        and usages.provider is not distinct from answered.provider
    left join {{ source('meta', 'model_names') }} as asked
        on usages.request_model = asked.model_name
        and usages.provider is not distinct from asked.provider
),

-- Of the cards valid at the start: its own tier before standard, a time of day before none, then the
-- highest context tier it exceeds.
matched as (
    select
        named.call_id,
        named.usage_number,
        cards.card_id,
        row_number() over (
            partition by named.call_id, named.usage_number
            order by
                (cards.service_tier = coalesce(named.service_tier, 'standard')) desc,
                (cards.time_from is not null) desc, cards.input_tokens_above desc
        ) as preference
    from named
    inner join {{ ref('int_rate_cards') }} as cards
        on named.price_provider = cards.price_provider
        and named.price_model = cards.price_model
        and {{ at_utc('named.started_ns') }} >= cards.valid_from
        and {{ at_utc('named.started_ns') }} < cards.valid_to
        and coalesce(named.input_tokens, 0) > cards.input_tokens_above
        and cards.service_tier in ('standard', named.service_tier)
        and (
            cards.time_from is null
            or cast(make_timestamp_ns(named.started_ns) as time) >= cards.time_from
            and cast(make_timestamp_ns(named.started_ns) as time) < cards.time_to
        )
),

rated as (
    select
        named.*,
        cards.service_tier as rated_service_tier,
        case when cards.input_tokens_above is not null then greatest(cards.input_tokens_above, 0) end as context_tier,
        {%- for kind in token_kinds() %}
        cards.{{ kind }}_usd{{ "," if not loop.last }}
        {%- endfor %}
    from named
    left join matched
        on named.call_id = matched.call_id and named.usage_number = matched.usage_number and matched.preference = 1
    left join {{ ref('int_rate_cards') }} as cards on matched.card_id = cards.card_id
)

select
    *,
    case when coalesce(input_tokens, output_tokens) is not null and usage_error is null then cast(
        {%- for kind in token_kinds() %}
        {{ token_cost(kind) }}{{ " +" if not loop.last }}
        {%- endfor %}
        as decimal(28, 12)
    ) end as computed_cost_usd
from rated
