select k, row_of.s as a from (select k, arg_min(other, other.k) as row_of from (select * from t) as other
group by k) as rows_of
