-- The tables and views of a build that questions may name.
SELECT table_name FROM information_schema.tables WHERE table_catalog = $of AND table_schema = 'main' ORDER BY ALL;
