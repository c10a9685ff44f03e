select
    k,
    cast('0x' || left(md5(coalesce(s, '')), 15) as bigint) as a
from t
