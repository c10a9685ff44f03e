select
    arg_min(s, k) as a,
    arg_max(s, k) as b,
    arg_min(i, (x, k)) as c,
    arg_max(i, (s, k)) as e,
    arg_min(s, k) filter (where i > 0) as f
from t
where k < 0
