-- Spend out of the usual that goes on in the latest data.
select
    anomaly_id,
    organization,
    environment,
    scope_kind,
    scope,
    grain,
    first_at,
    last_at,
    actual_usd,
    expected_usd,
    excess_usd,
    list_transform(drivers[:2], lambda driver: driver.kind || ' ' || coalesce(driver.name, 'unknown')) as drivers
from rpt_anomalies
where is_ongoing
order by first_at, anomaly_id
