-- What published builds kept since a day, the first of each scope, day and horizon.
create or replace temp table forecast_records as
select * exclude (recorded_at)
from forecast_files
where made_on > $since::date
qualify row_number() over (partition by organization, scope_kind, scope, made_on, horizon order by recorded_at) = 1
