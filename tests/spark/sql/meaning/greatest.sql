select
    g,
    max(i, 2) as a,
    min(s, 3) as b,
    max(i, 2) filter (where b) as c,
    arg_max(s, k, 2) as e
from t
group by g
