-- The same from the charges themselves, where filters are set that sums do not know.
SELECT * FROM scoped_rates_summed
