-- What the builder tells the models, in the warehouse being made.
select table_schema || '.' || table_name as name
from information_schema.tables
where table_catalog = current_database() and table_schema in ('meta', 'lake', 'closed')
order by name
