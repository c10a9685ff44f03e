-- What DuckDB offers under plain names.
SELECT view_name FROM duckdb_views() WHERE internal UNION SELECT table_name FROM duckdb_tables() WHERE internal;
