{# Disjoint kinds of token that are priced apart; a call's cost is the sum over them. #}
{% macro token_kinds() %}
  {{ return(['input', 'cache_read', 'cache_write', 'cache_write_1h', 'output']) }}
{% endmacro %}

{# What a provider bills a call for: tokens of each kind, reasoning where it has a price of its own, and where it has such
   a fee, the request. #}
{% macro charge_kinds() %}
  {{ return(token_kinds() + ['output_reasoning', 'request']) }}
{% endmacro %}

{# How many units of a kind a row has. A fee per request is due for one that was answered. #}
{% macro quantity_of(kind) -%}
  {%- if kind == 'output_reasoning' -%} (case when output_reasoning_usd is not null then coalesce(reasoning_tokens, 0) else 0 end)
  {%- elif kind == 'output' -%} ({{ tokens_of('output') }} - {{ quantity_of('output_reasoning') }})
  {%- elif kind == 'request' -%}
    (case when greatest(request_usd, request_list_usd) > 0 and output_tokens is not null then 1 else 0 end)
  {%- else -%} {{ tokens_of(kind) }}
  {%- endif -%}
{%- endmacro %}

{# Tokens of a kind in a row with the canonical counts. Of a whole that nobody said its parts are known, at least. #}
{% macro tokens_of(kind) -%}
  {%- set written = 'coalesce(cache_write_tokens, cache_write_1h_tokens, 0)' -%}
  {%- if kind == 'input' -%} coalesce(input_tokens - coalesce(cached_input_tokens, 0) - {{ written }}, 0)
  {%- elif kind == 'cache_read' -%} coalesce(cached_input_tokens, 0)
  {%- elif kind == 'cache_write' -%} ({{ written }} - coalesce(cache_write_1h_tokens, 0))
  {%- elif kind == 'cache_write_1h' -%} coalesce(cache_write_1h_tokens, 0)
  {%- elif kind == 'output' -%} coalesce(output_tokens, reasoning_tokens, 0)
  {%- endif -%}
{%- endmacro %}

{# Whether some part of a row's counts is more than its whole, which leaves a kind with fewer tokens than none. #}
{% macro has_excess() -%}
  least(
    {%- for kind in token_kinds() %}{{ tokens_of(kind) }}, {% endfor -%}
    {{ tokens_of('output') }} - coalesce(reasoning_tokens, 0)
  ) < 0
{%- endmacro %}

{# What a kind costs on the card `side`, whose call is priced by `other` as well. Both sides bill the same units: where one
   has a price of its own for reasoning, the other bills it as output; where one has a fee, the other may have none. #}
{% macro price_on(side, other, kind, what='usd') -%}
  {%- if kind == 'output_reasoning' -%}
  case
    when coalesce({{ side }}.output_reasoning_usd, {{ other }}.output_reasoning_usd) is not null
      then coalesce({{ side }}.output_reasoning_{{ what }}, {{ side }}.output_{{ what }})
  end
  {%- elif kind == 'request' and what == 'usd' -%}
  case when {{ side }}.request_usd is not null or {{ side }}.card_id is not null and {{ other }}.request_usd is not null
    then coalesce({{ side }}.request_usd, 0) end
  {%- else -%}
  {{ side }}.{{ kind }}_{{ what }}
  {%- endif -%}
{%- endmacro %}

{# Units times a price a unit, exactly. DECIMAL(19,0) holds any count and is wider than 64 bits: two factors within
   64 bits would give DuckDB a product of 18 digits, which overflows at a million dollars. No units cost nothing, whether
   or not they have a price; units without a price cost nobody knows what. #}
{% macro kind_cost(kind, price) -%}
  case
    when {{ quantity_of(kind) }} = 0 then cast(0 as decimal(28, 12))
    else cast({{ quantity_of(kind) }} as decimal(19, 0)) * cast({{ price }} as decimal(16, 12))
  end
{%- endmacro %}

{# What all units of a row cost; `suffix` names the price columns. #}
{% macro cost_of_kinds(suffix) -%}
  cast(
    {%- for kind in charge_kinds() %}
    {{ kind_cost(kind, kind ~ suffix) }}{{ " +" if not loop.last }}
    {%- endfor %}
    as decimal(28, 12)
  )
{%- endmacro %}

{# US dollars, as every table keeps them. #}
{% macro money(amount) -%}
  cast({{ amount }} as decimal(28, 12))
{%- endmacro %}

{# US dollars of a double, which may lie just between two: what decides is its product with 1e12, on every engine. #}
{% macro money_of_double(amount) -%}
  {{ of_pico('round(' ~ amount ~ ' * 1e12)') }}
{%- endmacro %}

{# The rates that hold together for one model, class, tier and interval, side by side, so that a usage meets one card. #}
{% macro rate_cards(rates) -%}
    select
        price_provider,
        price_model,
        rate_class,
        service_tier,
        region,
        input_tokens_above,
        valid_from,
        valid_to,
        time_from,
        time_to,
        row_number() over (
            order by
                price_provider, price_model, rate_class, service_tier, region, input_tokens_above, valid_from, time_from
        ) as card_id,
        {%- for kind in charge_kinds() %}
        max(unit_price_usd) filter (where token_kind = '{{ kind }}') as {{ kind }}_usd,
        max(price_id) filter (where token_kind = '{{ kind }}') as {{ kind }}_price_id{{ "," if not loop.last }}
        {%- endfor %}
    from {{ rates }}
    where token_kind in ('{{ charge_kinds() | join("', '") }}')
    group by
        price_provider, price_model, rate_class, service_tier, region, input_tokens_above, valid_from, valid_to, time_from,
        time_to
{%- endmacro %}

{# The cards each usage is priced by: `card_id` of what is paid, `list_card_id` of the list price. Of the cards valid at
   the start: its own tier before standard, a contracted rate before a list rate, its own region before any, a time of day
   before none, then the highest context tier that the input exceeds. #}
{% macro matched_cards(usages, cards) -%}
    select
        usages.call_id,
        usages.usage_number,
        arg_min(
            cards.card_id,
            (
                cards.service_tier != coalesce(lower(usages.service_tier), 'standard'), cards.rate_class = 'list',
                cards.region is null, cards.time_from is null, -cards.input_tokens_above
            )
        ) as card_id,
        arg_min(
            cards.card_id,
            (
                cards.service_tier != coalesce(lower(usages.service_tier), 'standard'), cards.region is null,
                cards.time_from is null, -cards.input_tokens_above
            )
        ) filter (where cards.rate_class = 'list') as list_card_id
    from {{ usages }} as usages
    inner join {{ cards }} as cards
        on usages.price_provider = cards.price_provider
        and usages.price_model = cards.price_model
        and {{ at_utc('usages.started_ns') }} >= cards.valid_from
        and {{ at_utc('usages.started_ns') }} < cards.valid_to
        and coalesce(usages.input_tokens, 0) > cards.input_tokens_above
        and cards.service_tier in ('standard', lower(usages.service_tier))
        and (cards.region is null or cards.region = usages.region)
        and (
            cards.time_from is null
            or cast(make_timestamp_ns(usages.started_ns) as time) >= cards.time_from
            -- the last instant of a day that a clock of microseconds can say stands for midnight
            and (
                cast(make_timestamp_ns(usages.started_ns) as time) < cards.time_to
                or cards.time_to = time '23:59:59.999999'
            )
        )
    group by usages.call_id, usages.usage_number
{%- endmacro %}

