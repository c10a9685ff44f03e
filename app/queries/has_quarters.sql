-- Whether the build was made since there are sums by the quarter of an hour.
SELECT count(*) > 0 FROM information_schema.tables WHERE table_schema = 'main' AND table_name = 'rpt_usage_quarter_hourly';
