-- Calls of the days that the period or its zone cuts. Grain: call.
SELECT *
FROM scoped_calls
WHERE date < $first::DATE + if($tz = 'UTC', 0, 1)
    OR date > least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
