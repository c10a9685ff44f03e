-- The macros of a build.
SELECT function_name, function_type, parameters, macro_definition
FROM duckdb_functions()
WHERE database_name = $of AND schema_name = 'main' AND NOT internal
ORDER BY ALL;
