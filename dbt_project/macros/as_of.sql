{# `main.charges_as_of(instant)`: every charge with what it costs by the rates known at that instant (and valid at the
   call's start): `as_of_unit_price`, `as_of_cost_usd`. What a provider reported and what a charge pays for stay what they
   are; a client's figure counts where nothing could be computed then. Lines that a call has today and had not then cost
   nothing; those that it had then alone come as lines of their own, without a published cost. A model of the user's that has
   gone since is found by the names that its calls say. #}
{% macro charges_as_of(charges) -%}
{%- set call = ['date', 'call_id'] -%}
{%- set carried = [
    'organization', 'started_at', 'provider', 'model', 'service_tier', 'region', 'context_tokens', 'currency',
    'reported_cost_usd',
] -%}
create or replace macro {{ charges.schema }}.charges_as_of(instant) as table (
    with known as (
        select * from {{ charges.schema }}.dim_prices
        where known_at <= instant and (withdrawn_at is null or withdrawn_at > instant)
    ),

    cards as (
        {{ rate_cards('known') }}
    ),

    charges as (
        select
            charges.*,
            calls.reasoning_tokens,
            calls.reported_cost_usd,
            calls.charge_id is not null
                or calls.reported_cost_usd is not null and coalesce(calls.reported_cost_kind = 'provider', false)
                as is_settled
        from {{ charges.schema }}.fct_call_charges as charges
        inner join {{ charges.schema }}.fct_calls as calls
            on charges.call_id = calls.call_id and charges.date = calls.date
    ),

    usages as (
        select
            {{ select_list(call) }},
            usage_number,
            {%- for name in carried %}
            any_value({{ name }}) as {{ name }},
            {%- endfor %}
            any_value(coalesce(price_provider, provider)) as price_provider,
            any_value(coalesce(price_model, model)) as price_model,
            any_value(context_tokens) as input_tokens,
            epoch_ns(any_value(started_at)) as started_ns,
            any_value(reasoning_tokens) as reasoning_tokens,
            bool_or(charge_kind = 'output') as has_output,
            bool_or(charge_kind = 'output_reasoning') as has_reasoning,
            bool_or(charge_kind = 'request') as has_request,
            count(*) over (partition by {{ select_list(call) }}) = 1 as is_only
        from charges
        where quantity is not null and not is_settled
        group by {{ select_list(call) }}, usage_number
    ),

    matched as (
        {{ matched_cards('usages', 'cards') }}
    ),

    rated as (
        select
            usages.*,
            {{ select_list(rates_of_kinds(), 'cards.') }},
            cards.card_id,
            -- several attempts do not say which of them reasoned; a price of today has lines of its own already
            case
                when cards.output_reasoning_usd is not null and usages.is_only and not usages.has_reasoning
                    then coalesce(usages.reasoning_tokens, 0)
                else 0
            end as reasoning_apart
        from usages
        left join matched on usages.call_id = matched.call_id and usages.usage_number = matched.usage_number
        left join cards on matched.card_id = cards.card_id
    ),

    units as (
        select
            charges.* replace (
                charges.quantity - case when charges.charge_kind = 'output' then coalesce(rated.reasoning_apart, 0) else 0 end
                    as quantity
            ),
            case charges.charge_kind
                {%- for kind in charge_kinds() %}
                when '{{ kind }}' then {{ rate_then(kind) }}
                {%- endfor %}
            end as as_of_unit_price
        from charges
        left join rated
            on charges.date = rated.date
            and charges.call_id = rated.call_id
            and charges.usage_number = rated.usage_number
            and not charges.is_settled
        {%- for kind, count in {'output_reasoning': 'reasoning_apart', 'request': '1'}.items() %}
        union all by name
        select
            {{ select_list(call + carried) }},
            usage_number,
            price_provider,
            price_model,
            '{{ kind }}' as charge_kind,
            '{{ "request" if kind == "request" else "token" }}' as unit,
            cast({{ count }} as decimal(28, 12)) as quantity,
            false as is_settled,
            {{ kind }}_usd as as_of_unit_price
        from rated
        where {{ 'request_usd > 0 and has_output and not has_request' if kind == 'request' else 'reasoning_apart > 0' }}
        {%- endfor %}
    ),

    judged as (
        select
            *,
            bool_and(as_of_unit_price is not null) filter (where quantity is not null)
                over (partition by {{ select_list(call) }}) as was_priced,
            bool_or(charge_kind = 'reported') over (partition by {{ select_list(call) }}) as is_reported
        from units
    )

    select
        * exclude (is_settled, was_priced, is_reported, reasoning_tokens, reported_cost_usd),
        case
            when is_settled then effective_cost_usd
            when quantity is null and was_priced then {{ money(0) }}
            when quantity is null then effective_cost_usd
            when was_priced
                then cast(cast(quantity as decimal(19, 0)) * cast(as_of_unit_price as decimal(16, 12)) as decimal(28, 12))
        end as as_of_cost_usd
    from judged
    union all by name
    select
        {{ select_list(call) }},
        {%- for name in carried if name != 'reported_cost_usd' %}
        any_value({{ name }}) as {{ name }},
        {%- endfor %}
        0 as usage_number,
        'reported' as charge_kind,
        any_value(reported_cost_usd) as as_of_cost_usd
    from judged
    where not was_priced and not is_settled and not is_reported and reported_cost_usd is not null
    group by {{ select_list(call) }}
)
{%- endmacro %}

{# The columns of a card that say what a unit of each kind costs. #}
{% macro rates_of_kinds() -%}
  {%- set found = [] -%}
  {%- for kind in charge_kinds() -%}{%- do found.append(kind ~ '_usd') -%}{%- endfor -%}
  {{ return(found) }}
{%- endmacro %}

{# What a unit of a line of today cost by a card of then: reasoning that had no price of its own is output, a fee that a
   card leaves out is none. #}
{% macro rate_then(kind) -%}
  {%- if kind == 'output_reasoning' -%} coalesce(rated.output_reasoning_usd, rated.output_usd)
  {%- elif kind == 'request' -%} case when rated.card_id is not null then coalesce(rated.request_usd, 0) end
  {%- else -%} rated.{{ kind }}_usd
  {%- endif -%}
{%- endmacro %}
