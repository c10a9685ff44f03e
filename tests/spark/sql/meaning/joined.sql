select
    g,
    string_agg(s, ',' order by k) as a
from t
group by g
