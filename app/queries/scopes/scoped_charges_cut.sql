-- Charges of the days that the period or its zone cuts: of no other day is a file read. Grain: charge line.
SELECT *
FROM fct_call_charges
WHERE date BETWEEN $first::DATE - 1 AND $last::DATE + 1
    AND (
        date < $first::DATE + if($tz = 'UTC', 0, 1)
        OR date > least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
    )
