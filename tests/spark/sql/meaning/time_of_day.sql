select
    k,
    cast(make_timestamp_ns(ns) as time) < time '23:59:59.999999' as a
from t
