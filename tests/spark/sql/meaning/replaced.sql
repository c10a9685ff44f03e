with u as (select k, s, i from t) select * replace (coalesce(i, 0) as i) from u
