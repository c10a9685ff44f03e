select
    k,
    s glob p as a,
    s glob 'a*' as b
from t
