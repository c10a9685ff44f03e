select
    list(s order by k) as a,
    list(s order by i desc, k desc) as b,
    list(i order by s nulls first, k) as c,
    list(s order by k) filter (where i > 0) as e
from t
where k < 0
