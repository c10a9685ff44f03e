select distinct trace_key from {{ ref('stg_spans') }}
