-- What changed in the price list since the previous build: names that now mean another model, and the times for which a
-- model's rates differ: a rate's id says all that it charges and from when, and a call's lines name it.

-- Nanoseconds reach from 1677 to 2262; a rate may be valid before and after.
create temp macro within_nanoseconds(instant) as
    least(greatest(instant, timestamptz '1700-01-01 00:00:00+00'), timestamptz '2262-01-01 00:00:00+00');

insert into meta.repriced_names
with rates as (
    select 'old' as side, * from previous.meta.prices
    where withdrawn_at is null
    union all by name
    select 'new' as side, * from meta.prices
    where withdrawn_at is null
),

changed as (
    select price_provider, price_model
    from rates
    where version in (select version from rates group by version having count(*) = 1)
    group by all
),

edges as (
    select distinct price_provider, price_model, unnest([valid_from, valid_to]) as edge
    from rates
    semi join changed using (price_provider, price_model)
),

segments as (
    select
        price_provider,
        price_model,
        edge as starts,
        lead(edge) over (partition by price_provider, price_model order by edge) as ends
    from edges
),

cards as (
    select
        segments.*,
        list_sort(list(price_id) filter (where side = 'old')) as old_rates,
        list_sort(list(price_id) filter (where side = 'new')) as new_rates
    from segments
    inner join rates
        on segments.price_provider = rates.price_provider
        and segments.price_model = rates.price_model
        and rates.valid_from <= segments.starts
        and rates.valid_to >= segments.ends
    group by all
)

select
    names.provider,
    names.model_name,
    epoch_ns(within_nanoseconds(cards.starts)::timestamp_ns),
    epoch_ns(within_nanoseconds(cards.ends)::timestamp_ns)
from cards
inner join meta.model_names as names using (price_provider, price_model)
where cards.old_rates is distinct from cards.new_rates
union
select names.provider, names.model_name, -9223372036854775808, 9223372036854775807
from meta.model_names as names
inner join previous.meta.model_names as before
    on names.model_name = before.model_name and names.provider is not distinct from before.provider
where
    names.price_model is distinct from before.price_model
    or names.price_provider is distinct from before.price_provider;
