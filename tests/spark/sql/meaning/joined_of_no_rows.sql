select
    string_agg(s, ',' order by k) as a
from t
where k < 0
