-- The pairs of periods that the mart compares, newest first.
SELECT DISTINCT comparison, before_from, before_to, after_from, after_to, is_whole
FROM rpt_cost_change
ORDER BY after_from DESC, comparison;
