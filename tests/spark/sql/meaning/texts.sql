select
    k,
    s || '/' || i as a,
    concat(s, p) as b,
    left(s, 1) as c,
    length(s) as e,
    lpad(cast(i as varchar), 6, '0') as f,
    md5(s) as g
from t
