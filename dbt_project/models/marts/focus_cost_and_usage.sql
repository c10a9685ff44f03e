-- depends_on: {{ ref('fct_call_charges') }}, {{ ref('fct_calls') }}, {{ ref('dim_prices') }}, {{ ref('fct_charges') }}, {{ ref('dim_charges') }}
-- depends_on: {{ ref('fct_corrections') }}
{{ config(post_hook="{{ focus_rows_macro(this) }}") }}
-- A view over what the build holds already; the table macro beside it gives the same by day or by call.
select * exclude ("x_CallId", "x_StartedAt")
from (
{{ focus_rows(this.schema, "'task'", 'cast(null as date)', 'cast(null as date)') }}
)
