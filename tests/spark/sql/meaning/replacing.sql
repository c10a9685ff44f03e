select
    k,
    regexp_replace(lower(s), '[-@]([0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2})$', '') as a,
    regexp_replace(s, '[a-b]', 'x', 'g') as b
from t
