{# Disjoint kinds of token that are priced apart; a call's cost is the sum over them. #}
{% macro token_kinds() %}
  {{ return(['input', 'cache_read', 'cache_write', 'cache_write_1h', 'output']) }}
{% endmacro %}

{# Tokens of a kind in a row with the canonical counts. #}
{% macro tokens_of(kind) -%}
  {%- if kind == 'input' -%} (coalesce(input_tokens, 0) - coalesce(cached_input_tokens, 0) - coalesce(cache_write_tokens, 0))
  {%- elif kind == 'cache_read' -%} coalesce(cached_input_tokens, 0)
  {%- elif kind == 'cache_write' -%} (coalesce(cache_write_tokens, 0) - coalesce(cache_write_1h_tokens, 0))
  {%- elif kind == 'cache_write_1h' -%} coalesce(cache_write_1h_tokens, 0)
  {%- elif kind == 'output' -%} coalesce(output_tokens, 0)
  {%- endif -%}
{%- endmacro %}

{# Tokens times a price a token, exactly. DECIMAL(19,0) holds any count and is wider than 64 bits: two factors within
   64 bits would give DuckDB a product of 18 digits, which overflows at a million dollars. No tokens cost nothing, whether
   or not they have a price; tokens without a price cost nobody knows what. #}
{% macro token_cost(kind) -%}
  case
    when {{ tokens_of(kind) }} = 0 then cast(0 as decimal(28, 12))
    else cast({{ tokens_of(kind) }} as decimal(19, 0)) * cast({{ kind }}_usd as decimal(16, 12))
  end
{%- endmacro %}

{# US dollars, as every table keeps them. #}
{% macro money(amount) -%}
  cast({{ amount }} as decimal(28, 12))
{%- endmacro %}
