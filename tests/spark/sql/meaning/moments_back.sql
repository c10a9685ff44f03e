select
    k,
    epoch_ns(ts) as a,
    date_trunc('month', ts) as b,
    date_trunc('week', ts) as c,
    ts at time zone 'UTC' as e
from t
