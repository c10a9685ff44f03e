-- Which months are closed is everybody's; what the installation spent in them, and who closed them, is not.
SELECT month, state, closed_at
FROM whole.main.dim_periods;
