-- All calls within the filters: none of them is in a sum. Grain: call.
SELECT * FROM scoped_calls
