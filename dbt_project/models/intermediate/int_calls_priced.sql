-- What each call costs: computed from the rates valid at its start, reported by the sender, and the one that counts.
with named as (
    select
        calls.*,
        coalesce(answered.price_provider, asked.price_provider) as price_provider,
        coalesce(answered.price_model, asked.price_model) as price_model,
        coalesce(answered.price_model, asked.price_model, calls.response_model, calls.request_model) as model
    from {{ ref('int_calls_elected') }} as calls
    left join {{ source('meta', 'model_names') }} as answered
        on calls.response_model = answered.model_name
        and calls.provider is not distinct from answered.provider
    left join {{ source('meta', 'model_names') }} as asked
        on calls.request_model = asked.model_name
        and calls.provider is not distinct from asked.provider
),

-- Of the cards valid at the start of a call: its own tier before standard, a time of day before none, then the
-- highest context tier it exceeds.
matched as (
    select
        named.call_id,
        cards.card_id,
        row_number() over (
            partition by named.call_id
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
    left join matched on named.call_id = matched.call_id and matched.preference = 1
    left join {{ ref('int_rate_cards') }} as cards on matched.card_id = cards.card_id
),

computed as (
    select
        *,
        case when coalesce(input_tokens, output_tokens) is not null and usage_error is null then cast(
            {%- for kind in token_kinds() %}
            {{ token_cost(kind) }}{{ " +" if not loop.last }}
            {%- endfor %}
            as decimal(28, 12)
        ) end as computed_cost_usd
    from rated
)

select
    *,
    case
        when is_cache_hit then 'response_cache'
        when reported_cost_usd is not null and reported_cost_kind = 'provider' then 'provider'
        when computed_cost_usd is not null then 'computed'
        when reported_cost_usd is not null then 'client'
        when coalesce(input_tokens, output_tokens) is null then 'usage unknown'
        when usage_error is not null then 'usage in error'
        else 'unpriced'
    end as cost_source,
    case
        when is_cache_hit then cast(0 as decimal(28, 12))
        when reported_cost_kind = 'provider' then coalesce(reported_cost_usd, computed_cost_usd)
        else coalesce(computed_cost_usd, reported_cost_usd)
    end as cost_usd
from computed
