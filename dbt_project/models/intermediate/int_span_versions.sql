{{ config(materialized='passing') }}
-- Every version known of every span of a touched trace: what just arrived and what history holds.
select
    {{ select_list(span_version_columns()) }}
from {{ ref('stg_spans') }}
union all
select
    {{ select_list(span_version_columns()) }}
from {{ history_of('int_spans', 'trace_key', 'select trace_key from ' ~ ref('int_touched_traces')) }}
where trace_key in (select trace_key from {{ ref('int_touched_traces') }})
