{# What a coverage rule can ask of a call, beside its model: the columns of `meta.coverage_rules`. #}
{% macro coverage_asks() %}
  {{ return([
    'dialect', 'service_name', 'environment', 'provider', 'server_address', 'region', 'service_tier', 'team', 'project',
    'cost_center', 'user_id', 'session_id', 'customer_id', 'agent_name',
  ]) }}
{% endmacro %}

{# What deciding on a call's cover needs of it. #}
{% macro coverage_columns() %}
  {{ return(['call_id', 'organization', 'request_model', 'response_model', 'model', 'metered_cost_source']
    + coverage_asks()) }}
{% endmacro %}

{# Whether one of a rule's patterns matches a value; a rule without patterns asks nothing. #}
{% macro is_asked(patterns, value) -%}
  ({{ patterns }} is null or coalesce(list_bool_or(list_transform({{ patterns }}, lambda p: {{ value }} glob p)), false))
{%- endmacro %}

{# The one charge that pays for each call of a relation with `coverage_columns` and `date`: of the first rule that matches
   and that a charge of the call's organisation, or of all, pays for on its day. An answer from a response cache costs
   nobody anything, and no charge pays for it. #}
{% macro covering_charges(calls) -%}
    select
        calls.call_id,
        calls.date,
        arg_min(days.charge_id, rules.position) as charge_id
    from {{ calls }} as calls
    inner join {{ source('meta', 'charge_days') }} as days
        on calls.date = days.date
        and coalesce(days.organization = calls.organization, true)
    inner join {{ source('meta', 'coverage_rules') }} as rules
        on days.covers = rules.rule
        {%- for column in coverage_asks() %}
        and {{ is_asked('rules.' ~ column, 'calls.' ~ column) }}
        {%- endfor %}
        and (
            {%- for name in ['model', 'response_model', 'request_model'] %}
            {{ is_asked('rules.model', 'calls.' ~ name) }}{{ " or" if not loop.last }}
            {%- endfor %}
        )
    where calls.metered_cost_source != 'response_cache'
    group by calls.call_id, calls.date
{%- endmacro %}

{# One number for a charge's day, to look up rows by. #}
{% macro charge_day_key(charge_id, date) -%}
  {{ narrow_key(charge_id ~ " || '/' || " ~ date) }}
{%- endmacro %}

{# US dollars as a whole number of pico-dollars. #}
{% macro pico(amount) -%}
  cast({{ amount }} * 1000000000000 as hugeint)
{%- endmacro %}

{# The part of a whole number of pico-dollars that falls on the first `upto` of `total` units, rounded down: parts up to one
   place less parts up to the place before add up to the whole, whatever the places. Units are thinned beyond 1e18, so that
   no product overflows. #}
{% macro portion(pico, upto, total) -%}
  {%- set thin = "(1 + " ~ total ~ " // 1000000000000000000)" -%}
  {%- set part = "(" ~ upto ~ " // " ~ thin ~ ")" -%}
  {%- set whole = "(" ~ total ~ " // " ~ thin ~ ")" -%}
  (({{ pico }} // {{ whole }}) * {{ part }} + ({{ pico }} % {{ whole }}) * {{ part }} // {{ whole }})
{%- endmacro %}

{# Pico-dollars as US dollars. #}
{% macro of_pico(pico) -%}
  cast(cast({{ pico }} as decimal(38, 0)) * cast(0.000000000001 as decimal(12, 12)) as decimal(28, 12))
{%- endmacro %}

{# US dollars per one of `count`, rounded half up at the twelfth place (away from zero); null for none. Whole numbers
   throughout: where the count is 32, one quotient in 32 lies exactly between two, and binary fractions fall either way. #}
{% macro money_per(amount, count) -%}
  {%- set pico = pico(amount) -%}
  {%- set count = "cast(nullif(" ~ count ~ ", 0) as hugeint)" -%}
  {{ of_pico("(2 * " ~ pico ~ " + cast(sign(" ~ amount ~ ") as hugeint) * " ~ count ~ ") // (2 * " ~ count ~ ")") }}
{%- endmacro %}
