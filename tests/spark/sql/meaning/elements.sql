select
    k,
    l[1] as a,
    l[2] as b,
    l[9] as c,
    m[1] as e
from t
