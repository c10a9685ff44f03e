select
    k,
    coalesce(list_contains(m, 'a'), false) as a,
    coalesce(list_contains(l, 7), false) as b
from t
