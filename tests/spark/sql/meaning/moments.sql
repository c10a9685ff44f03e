select
    k,
    make_timestamptz(ns // 1000) as a,
    cast(make_timestamp_ns(ns) as date) as b,
    cast(make_timestamp_ns(ns) as time) as c
from t
