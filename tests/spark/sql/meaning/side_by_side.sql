select k, unnest(l) as a, unnest(range(1, array_length(l) + 1)) as b from (select k, list_transform(l, lambda one: one) as l
from t
where l is not null) as u
