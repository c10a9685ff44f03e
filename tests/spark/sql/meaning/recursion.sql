with recursive r as (select k as n from t where k < 4 union all select n + 1 from r where n < 9) select n from r
