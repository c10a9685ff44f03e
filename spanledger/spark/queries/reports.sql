-- Tables of the previous build.
select table_schema || '.' || table_name as name
from information_schema.tables
where table_catalog = 'previous' and table_type = 'BASE TABLE' and table_schema in ('facts', 'main')
order by name
