select
    k,
    list_sum(l) as a,
    list_position(m, 'a') as b,
    list_bool_or(list_transform(m, lambda one: one glob 'a*')) as c,
    [one || 'x' for one in m] as e
from t
