{{ config(
    materialized='history', replace_key='trace_key', touched='scratch.intermediate.int_touched_traces', date_column='date'
) }}
-- depends_on: {{ ref('int_touched_traces') }}
select
    {{ select_list(span_version_columns(), 'spans.') }},
    spans.started_ns,
    spans.ended_ns,
    case
        when sightings.preference = 1 then 'call'
        when sightings.preference > 1 then 'folded'
        when aggregates.is_aggregate then 'aggregate'
        when seconds.span_id is not null then 'second_source'
        else 'other'
    end as span_role,
    sightings.call_id,
    aggregates.unexplained_input_tokens,
    aggregates.unexplained_output_tokens,
    context.known_traffic_source,
    {{ utc_date('spans.started_ns') }} as date
from {{ ref('int_spans_deduplicated') }} as spans
inner join {{ ref('int_span_context') }} as context using (organization, trace_id, span_id)
left join {{ ref('int_sightings') }} as sightings using (organization, trace_id, span_id)
left join {{ ref('int_aggregates') }} as aggregates using (organization, trace_id, span_id)
left join {{ ref('int_second_sources') }} as seconds using (organization, trace_id, span_id)
