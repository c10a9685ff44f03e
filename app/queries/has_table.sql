-- Whether the build has a table.
SELECT count(*) > 0 FROM information_schema.tables WHERE table_schema = 'main' AND table_name = $of_table;
