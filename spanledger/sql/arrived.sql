-- The rows of the segments in `wanted`. Files of an older version may lack columns of today.
select *
from read_parquet($files, hive_partitioning = false, union_by_name = true)
where segment in (select wanted.segment from wanted)
