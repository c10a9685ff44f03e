select
    arg_min_null(s, k) as a,
    arg_max_null(s, (i is null, k)) as b
from t
where k < 0
