select
    sum(i // 1000000) as a,
    avg(j // 1000000000) as b,
    bool_or(b) as c,
    bool_and(b) as e,
    sum(d) as f,
    any_value(g) as h,
    count(*) filter (where b) as n
from t
where k < 0
