{# What the trend of unit cost is judged by; see docs/cost-change.md. #}
{% macro fewest_trend_days() -%} 28 {%- endmacro %}
{% macro fewest_runs_a_day() -%} 20 {%- endmacro %}
{% macro least_spread_of_volume() -%} 0.1 {%- endmacro %}

{# How many standard errors make a 95 % interval when the standard error is itself estimated with a bandwidth of a quarter
   of the days (fixed-b: Kiefer and Vogelsang 2005, table 1, for a regressor without a trend; for the trend, simulated). #}
{% macro errors_of_elasticity() -%} 2.71 {%- endmacro %}
{% macro errors_of_trend() -%} 3.25 {%- endmacro %}

{# CTE `trends` from a CTE `days` (organization, environment, workflow_id, date, runs, cost_usd; both above zero):
     ln(cost a run) = constant + elasticity × ln(runs) + trend × day
   by least squares, each coefficient on what the other regressor leaves of its own (Frisch and Waugh), with Newey and West's
   standard errors (Bartlett weights by the distance in days, bandwidth a quarter of the days spanned). Sums are taken in the
   order of days, so that the last digit never depends on how the work was shared out. #}
{% macro unit_cost_trends() -%}
{%- set keys = ['organization', 'environment', 'workflow_id'] %}
points as (
    select
        *,
        cast(date - min(date) over (partition by {{ keys | join(', ') }}) as integer) as day,
        ln(cast(runs as double)) as volume,
        ln(cast(cost_usd as double) / runs) as unit_cost
    from days
),

means as (
    select
        {{ keys | join(', ') }},
        min(date) as from_date,
        max(date) as to_date,
        count(*) as days,
        cast(sum(runs) as bigint) as runs,
        max(day) + 1 as spanned,
        avg(volume order by day) as mean_volume,
        avg(day order by day) as mean_day,
        avg(unit_cost order by day) as mean_unit_cost
    from points
    group by all
),

centred as (
    select
        means.*,
        day,
        volume - mean_volume as v,
        day - mean_day as t,
        unit_cost - mean_unit_cost as y
    from points
    inner join means on {{ same('points', 'means', keys) }}
),

products as (
    select
        {{ keys | join(', ') }},
        sum(v * v order by day) as vv,
        sum(t * t order by day) as tt,
        sum(v * t order by day) as vt,
        sum(v * y order by day) as vy,
        sum(t * y order by day) as ty
    from centred
    group by all
),

fits as (
    select
        *,
        case when vv > 1e-9 and vv * tt - vt * vt > 1e-9 * vv * tt then vv * tt - vt * vt end as determinant,
        (tt * vy - vt * ty) / determinant as elasticity,
        (vv * ty - vt * vy) / determinant as trend,
        determinant / tt as own_vv,
        determinant / nullif(vv, 0) as own_tt
    from products
),

scores as (
    select
        centred.* exclude (v, t, y),
        fits.* exclude ({{ keys | join(', ') }}),
        greatest(ceil(spanned / 4), 1) as bandwidth,
        y - elasticity * v - trend * t as residual,
        (v - vt / tt * t) * residual as volume_score,
        (t - vt / vv * v) * residual as trend_score
    from centred
    inner join fits on {{ same('centred', 'fits', keys) }}
    where days > 3
),

lags as (
    select
        {{ select_list(keys, 'one.') }},
        one.day,
        other.day as later_day,
        case when one.day = other.day then 1 else 2 * (1 - (other.day - one.day) / one.bandwidth) end as weight,
        weight * one.volume_score * other.volume_score as volume_part,
        weight * one.trend_score * other.trend_score as trend_part
    from scores as one
    inner join scores as other
        on {{ same('one', 'other', keys) }}
        and other.day >= one.day
        and other.day - one.day < one.bandwidth
),

spreads as (
    select
        {{ keys | join(', ') }},
        sum(volume_part order by day, later_day) as volume_spread,
        sum(trend_part order by day, later_day) as trend_spread
    from lags
    group by all
),

intervals as (
    select
        means.*,
        fits.elasticity,
        fits.trend,
        sqrt(fits.own_vv / days) as spread_of_volume,
        {{ errors_of_elasticity() }} * sqrt(greatest(volume_spread, 0) * days / (days - 3)) / own_vv as elasticity_reach,
        {{ errors_of_trend() }} * sqrt(greatest(trend_spread, 0) * days / (days - 3)) / own_tt as trend_reach
    from means
    left join fits on {{ same('means', 'fits', keys) }}
    left join spreads on {{ same('means', 'spreads', keys) }}
),

trends as (
    select
        {{ keys | join(', ') }},
        from_date,
        to_date,
        days,
        cast(runs as double) / days as runs_a_day,
        round(elasticity, 9) as elasticity,
        round(elasticity - elasticity_reach, 9) as elasticity_low,
        round(elasticity + elasticity_reach, 9) as elasticity_high,
        round(exp(30 * trend) - 1, 9) as trend_30_days,
        round(exp(30 * (trend - trend_reach)) - 1, 9) as trend_30_days_low,
        round(exp(30 * (trend + trend_reach)) - 1, 9) as trend_30_days_high,
        case
            when days < {{ fewest_trend_days() }} then 'too few days'
            when runs < days * {{ fewest_runs_a_day() }} then 'too few runs'
            when coalesce(spread_of_volume, 0) < {{ least_spread_of_volume() }} then 'volume hardly varies'
            when elasticity_low > 0 then 'unit cost rises with volume'
            when elasticity_high < 0 then 'unit cost falls with volume'
            else 'no sign'
        end as verdict
    from intervals
)
{%- endmacro %}
