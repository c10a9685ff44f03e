-- The same from the calls themselves, where filters are set that sums do not know.
SELECT * FROM scoped_calls_summed
