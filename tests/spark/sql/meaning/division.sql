select
    k,
    i / j as a,
    x / y as b,
    d / d as c,
    d / 3 as e,
    cast(i as double) / nullif(j, 0) as f
from t
