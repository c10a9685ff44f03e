select
    k,
    cast(i / 4 as bigint) as a,
    cast(ceil(i / 4) as bigint) as b
from t
