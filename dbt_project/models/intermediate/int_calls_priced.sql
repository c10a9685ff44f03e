-- What each call costs: computed as the sum of its usages, reported by the sender, and the one that counts. A request
-- of several attempts is one call: its tokens are those billed, its model is the one that answered.
with billed as (
    select
        call_id,
        bool_or(is_attempt) as has_attempts,
        max(usage_error) as billed_usage_error,
        {%- for name in ['model', 'rated_service_tier', 'context_tier'] %}
        arg_max_null({{ name }}, (is_answer, usage_number)) as {{ name }},
        {%- endfor %}
        {%- for count in billed_counts() %}
        cast(sum({{ count }}) as bigint) as billed_{{ count }},
        {%- endfor %}
        case when count(*) = count(computed_cost_usd) then {{ money('sum(computed_cost_usd)') }} end as computed_cost_usd,
        case when count(*) = count(list_cost_usd) then {{ money('sum(list_cost_usd)') }} end as metered_list_cost_usd
    from {{ ref('int_usages_priced') }}
    group by call_id
),

computed as (
    select
        calls.* exclude (usage_iterations) replace (
            {%- for count in billed_counts() %}
            case
                when billed.has_attempts and billed.billed_usage_error is null then billed.billed_{{ count }}
                else calls.{{ count }}
            end as {{ count }},
            {%- endfor %}
            billed.billed_usage_error as usage_error,
            calls.is_usage_known or (billed.has_attempts and billed.billed_usage_error is null) as is_usage_known
        ),
        billed.model,
        billed.rated_service_tier,
        billed.context_tier,
        billed.computed_cost_usd,
        billed.metered_list_cost_usd
    from {{ ref('int_calls_elected') }} as calls
    inner join billed on calls.call_id = billed.call_id
)

select
    * exclude (metered_list_cost_usd),
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
    end as cost_usd,
    case
        when is_cache_hit then cast(0 as decimal(28, 12))
        else coalesce(metered_list_cost_usd, computed_cost_usd, reported_cost_usd)
    end as list_cost_usd,
    -- before any charge that pays for it
    cost_usd as metered_cost_usd,
    cost_source as metered_cost_source,
    cast(null as varchar) as charge_id
from computed
