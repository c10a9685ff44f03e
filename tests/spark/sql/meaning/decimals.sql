select
    k,
    cast(cast(n as decimal(19, 0)) * cast(c as decimal(16, 12)) as decimal(28, 12)) as a,
    d || '' as b,
    cast(d as decimal(28, 6)) as e
from t
