-- Every page reads it. How much the installation holds, and until when, is told by the reader's own calls alone.
SELECT build_id, built_at, (SELECT max(started_at) FROM fct_calls) AS data_until, 0::BIGINT AS lake_rows, calls_from
FROM (FROM whole.main.build_info UNION ALL BY NAME SELECT NULL::DATE AS calls_from WHERE false);
