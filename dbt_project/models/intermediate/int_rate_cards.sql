-- Of the rates known now; see the macro.
with known as (
    select * from {{ ref('dim_prices') }}
    where withdrawn_at is null
)

{{ rate_cards('known') }}
