-- Spans that may be billed calls, with their counts as evidence allows: counts that are all 0 on a request that
-- neither failed nor hit a cache are unknown, not zero; a moderation bills no tokens.
with candidates as (
    select
        *,
        coalesce(input_tokens, 0) = 0 and coalesce(output_tokens, 0) = 0
        and coalesce(input_tokens, output_tokens) is not null
        and not coalesce(is_cache_hit, false) and coalesce(operation, '') != 'moderation' and status_code is distinct from 2 and error_type is null
        as has_zeros_only
    from {{ ref('int_span_context') }}
    where is_candidate and coalesce(role, 'other') != 'fetch'
)

select
    * exclude (has_zeros_only) replace (
        {%- for count in token_counts() %}
        case when not has_zeros_only then {{ count }} end as {{ count }},
        {%- endfor %}
        case when not has_zeros_only then usage_fields else 0 end as usage_fields
    ),
    has_zeros_only,
    not has_zeros_only and coalesce(input_tokens, output_tokens) is not null as has_usage,
    coalesce(status_code, 0) = 2 or error_type is not null as has_error
from candidates
