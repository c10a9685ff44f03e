-- Tables and views of the schema `main` with their columns in order, and what the build says of each.
WITH relations AS (
    SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal
    UNION ALL
    SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal
)

SELECT
    relations.table_name,
    coalesce(relations.comment, '') AS about_table,
    columns.column_name,
    columns.data_type,
    coalesce(columns.comment, '') AS about_column
FROM relations
INNER JOIN duckdb_columns() AS columns
    ON columns.table_name = relations.table_name AND columns.schema_name = 'main'
ORDER BY relations.table_name, columns.column_index;
