select
    k,
    s is not distinct from p as a,
    i is distinct from j as b,
    greatest(i, j) as c,
    least(i, j) as e,
    coalesce(i between j and 5, false) as f
from t
