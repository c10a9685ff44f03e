-- Of each scope and day on which rates change: what the use of the four weeks before would cost at the new rates, as a
-- multiple of what it would cost on the day's eve. A change ahead is told by the newest four weeks.
with changed as (
    select
        priced.organization,
        priced.scope_kind,
        priced.scope,
        multiples.at_date,
        least(multiples.at_date, priced.today) as before_date,
        max(multiples.known_date) as known_date,
        sum(priced.cost_usd * (multiples.eve - 1))::double as eve_usd,
        sum(priced.cost_usd * (multiples.after - multiples.eve))::double as change_usd
    from forecast_price_use as priced
    inner join forecast_price_multiples as multiples
        on priced.price_id = multiples.price_id
        and priced.date < least(multiples.at_date, priced.today)
        and priced.date >= least(multiples.at_date, priced.today) - $days::integer
    group by all
)

select
    changed.organization,
    changed.scope_kind,
    changed.scope,
    changed.at_date,
    changed.known_date,
    1 + changed.change_usd / nullif(sum(spend.cost_usd)::double + changed.eve_usd, 0) as factor
from changed
inner join forecast_price_spend as spend
    on changed.organization is not distinct from spend.organization
    and changed.scope_kind = spend.scope_kind
    and changed.scope is not distinct from spend.scope
    and spend.date < changed.before_date
    and spend.date >= changed.before_date - $days::integer
where abs(changed.change_usd) > 1e-9
group by
    changed.organization, changed.scope_kind, changed.scope, changed.at_date, changed.known_date, changed.change_usd,
    changed.eve_usd
having factor > 0
order by all
