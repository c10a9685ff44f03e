select k, s
from t
qualify row_number() over (partition by g order by i nulls last, k) = 1
