-- Days on which the charges that cover calls, or the rules, are not those of the previous build.
insert into meta.recharged_dates
select distinct date
from (
    (
        select charge_id, date, effective_cost_usd, organization, covers, coverage
        from previous.meta.charge_days
        where covers is not null
        except
        select charge_id, date, effective_cost_usd, organization, covers, coverage from meta.charge_days
    )
    union all
    (
        select charge_id, date, effective_cost_usd, organization, covers, coverage
        from meta.charge_days
        where covers is not null
        except
        select charge_id, date, effective_cost_usd, organization, covers, coverage from previous.meta.charge_days
    )
);
