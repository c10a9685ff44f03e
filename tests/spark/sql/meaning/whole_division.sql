select
    k,
    i // j as a,
    i % j as b,
    i // 1000 as c
from t
