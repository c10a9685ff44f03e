select
    list_sort(list(distinct i)) as a,
    count(distinct s) as b,
    count(distinct (s, i)) as c
from t
where k < 0
