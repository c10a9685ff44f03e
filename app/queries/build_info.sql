-- A build of a version that kept all calls says no day from which they are kept.
SELECT build_id, built_at, data_until, lake_rows, calls_from
FROM (FROM build_info UNION ALL BY NAME SELECT NULL::DATE AS calls_from WHERE false);
