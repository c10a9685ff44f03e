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

matched as (
    {{ matched_cards('named', ref('int_rate_cards')) }}
),

rated as (
    select
        named.* replace (
            coalesce(
                named.usage_error, case when {{ has_excess() }} then 'the parts of a count are more than the whole' end
            ) as usage_error
        ),
        cards.service_tier as rated_service_tier,
        case when cards.input_tokens_above is not null then greatest(cards.input_tokens_above, 0) end as context_tier,
        {%- for kind in charge_kinds() %}
        {{ price_on('cards', 'list_cards', kind) }} as {{ kind }}_usd,
        {{ price_on('cards', 'list_cards', kind, 'price_id') }} as {{ kind }}_price_id,
        coalesce({{ price_on('list_cards', 'cards', kind) }}, {{ price_on('cards', 'list_cards', kind) }})
            as {{ kind }}_list_usd{{ "," if not loop.last }}
        {%- endfor %}
    from named
    left join matched on named.call_id = matched.call_id and named.usage_number = matched.usage_number
    left join {{ ref('int_rate_cards') }} as cards on matched.card_id = cards.card_id
    left join {{ ref('int_rate_cards') }} as list_cards on matched.list_card_id = list_cards.card_id
)

select
    *,
    coalesce(input_tokens, output_tokens) is not null and usage_error is null as is_countable,
    case when is_countable then {{ cost_of_kinds('_usd') }} end as computed_cost_usd,
    case when is_countable then {{ cost_of_kinds('_list_usd') }} end as list_cost_usd
from rated
