select k, row_number() over (order by s, i desc, k) as a
from t
