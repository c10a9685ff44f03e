SELECT build_id, built_at, data_until, lake_rows FROM build_info;
