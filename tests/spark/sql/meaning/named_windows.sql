select k, row_number() over (w order by i desc nulls last, k) as a, first_value(s) over (w order by k) as b, count(distinct s) over w as c
from t
window w as (partition by g)
