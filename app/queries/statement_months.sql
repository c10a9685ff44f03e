-- Months within the period that have spend, the newest first, with whether they are closed.
SELECT month, closed_at
FROM dim_periods
WHERE month BETWEEN date_trunc('month', $first::DATE) AND $last
ORDER BY month DESC;
