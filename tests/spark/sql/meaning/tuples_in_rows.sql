select k, (s, i) in (select (s, i)
from t
where b) as a, (s, i) not in (select (s, i)
from t
where not b) as b, coalesce((s, i) in (select s, i
from t
where b), false) as c
from t
