select k
from t semi join (select distinct i
from t
where b) as u using (i)
union all select k
from t anti join (select distinct i
from t
where b) as u using (i)
