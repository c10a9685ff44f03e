{# FOCUS 1.2, "Cost and Usage": what the columns mean there is in the FinOps Foundation's text, where ours come from in
   docs/focus.md. #}

{# OpenTelemetry's names of providers: who is paid, and for what service, as their bills say it. Others keep the name as
   sent. #}
{% macro focus_providers() %}
  {{ return({
    'anthropic': ('Anthropic', 'Claude API'),
    'aws.bedrock': ('AWS', 'Amazon Bedrock'),
    'azure.ai.inference': ('Microsoft', 'Azure AI Inference'),
    'azure.ai.openai': ('Microsoft', 'Azure OpenAI'),
    'cohere': ('Cohere', 'Cohere API'),
    'deepseek': ('DeepSeek', 'DeepSeek API'),
    'gcp.gemini': ('Google', 'Gemini API'),
    'gcp.vertex_ai': ('Google Cloud', 'Vertex AI'),
    'groq': ('Groq', 'Groq API'),
    'ibm.watsonx.ai': ('IBM', 'watsonx.ai'),
    'mistral_ai': ('Mistral AI', 'Mistral API'),
    'openai': ('OpenAI', 'OpenAI API'),
    'openrouter': ('OpenRouter', 'OpenRouter'),
    'perplexity': ('Perplexity', 'Perplexity API'),
    'x_ai': ('xAI', 'xAI API'),
  }) }}
{% endmacro %}

{# The provider's name, or that of its service. #}
{% macro focus_provider(which) -%}
  case provider
    {%- for name, names in focus_providers().items() %}
    when '{{ name }}' then '{{ names[which] }}'
    {%- endfor %}
    else coalesce(nullif(trim(provider), ''), 'Unknown')
  end
{%- endmacro %}

{# Units in FOCUS's UnitFormat: capitalised, plural. #}
{% macro focus_unit(unit) -%}
  case {{ unit }}
    when 'token' then 'Tokens'
    when 'request' then 'Requests'
    when 'call' then 'Calls'
    when 'token_hour' then 'Token-Hours'
  end
{%- endmacro %}

{# What is counted, in words: SkuMeter. #}
{% macro focus_meter(kind) -%}
  case {{ kind }}
    when 'input' then 'Input'
    when 'cache_read' then 'Input Cache'
    when 'cache_write' then 'Input Cache Write'
    when 'cache_write_1h' then 'Input Cache Write 1h'
    when 'output' then 'Output'
    when 'output_reasoning' then 'Output Reasoning'
    when 'request' then 'Request'
    else {{ kind }}
  end
{%- endmacro %}

{# Objects without their null members, as text; null for an empty one. #}
{% macro focus_json(members) -%}
  nullif(cast(json_merge_patch('{}', json_object(
    {%- for name, value in members.items() %}'{{ name }}', {{ value }}{{ ", " if not loop.last }}{% endfor -%}
  )) as varchar), '{}')
{%- endmacro %}

{# An amount in the currency that the rate is stated in, at the exchange rate its dollars were made with. #}
{% macro in_pricing_currency(amount) -%}
  cast(case when currency_a_usd is null then {{ amount }} else {{ amount }} * currency_a_usd end as decimal(28, 12))
{%- endmacro %}

{# What of a charge tells rows apart. #}
{% macro focus_charge_columns() %}
  {{ return(['date', 'charge_kind', 'unit', 'price_provider', 'price_model', 'rated_service_tier', 'context_tier', 'price_id']) }}
{% endmacro %}

{# What charges that are not calls have of a line's columns; the others are null. #}
{% macro focus_other_columns() %}
  {{ return([
    'charge_category', 'charge_type', 'date', 'charge_id', 'organization', 'provider', 'team', 'project', 'cost_center',
    'environment', 'description', 'invoice_id', 'bought_sku', 'bought_price', 'contracted_unit_price', 'list_unit_price',
    'priced_quantity', 'contracted_usd', 'list_usd', 'billed_usd', 'effective_usd',
  ]) }}
{% endmacro %}

{# What tells calls apart in a bill: who is paid for what, who spent it, and on what kind of work. #}
{% macro focus_call_columns() %}
  {{ return([
    'organization', 'provider', 'model', 'project', 'team', 'cost_center', 'environment', 'service_name', 'feature',
    'customer_id', 'region', 'workflow_id', 'traffic_source', 'spend_class', 'cost_source',
  ]) }}
{% endmacro %}

{# One sentence a person understands without the other columns. #}
{% macro focus_description() -%}
  case
    when charge_type like '% share' then description || ': the part of the day that no call used'
    when description is not null then description
    else coalesce(model, 'unknown model') || ': ' || case charge_type
      when 'unpriced' then {{ focus_meter('charge_kind') }} || ', no price known'
      when 'adjustment' then 'provider-reported cost less the computed one'
      when 'reported' then 'cost as reported by the ' || cost_source || ', no price known'
      else {{ focus_meter('charge_kind') }} || ' ' || coalesce(lower({{ focus_unit('unit') }}), '')
    end
  end
{%- endmacro %}

{# The first instant of a day, whatever the time zone of who reads. #}
{% macro focus_instant(day) -%}
  timezone('UTC', cast({{ day }} as timestamp))
{%- endmacro %}
