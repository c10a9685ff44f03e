select s, k
from t
union all by name select k, i
from t
where b
