-- Flags of the build before, outside the blocks that are judged again.
select * from previous.facts.anomaly_flags
where grain = $grain and (flagged_at::date - date '1970-01-01') // $block_days not in (select unnest($judged::bigint[]))
