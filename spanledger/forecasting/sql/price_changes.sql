-- Rates that follow another one of the same kind at another price, in the time that forecasts see.
create or replace temp table forecast_price_changes as
select
    old.price_id,
    new.price_id as new_price_id,
    new.valid_from as changed_at,
    new.valid_from::date as at_date,
    least(new.valid_from, new.known_at)::date as known_date,
    new.unit_price_usd / nullif(old.unit_price_usd, 0)::double as ratio
from main.dim_prices as old
inner join main.dim_prices as new
    on old.price_provider = new.price_provider
    and old.price_model = new.price_model
    and old.token_kind = new.token_kind
    and old.unit = new.unit
    and old.rate_class = new.rate_class
    and old.service_tier is not distinct from new.service_tier
    and old.region is not distinct from new.region
    and old.input_tokens_above = new.input_tokens_above
    and old.time_from is not distinct from new.time_from
    and old.time_to is not distinct from new.time_to
    and old.valid_to = new.valid_from
where
    old.withdrawn_at is null
    and new.withdrawn_at is null
    and old.unit_price_usd > 0
    and new.unit_price_usd > 0
    and old.unit_price_usd != new.unit_price_usd
    and new.valid_from::date > $first::date
    and new.valid_from::date <= $last::date
