-- Charges of all days: none of them is in a sum. Grain: charge line.
SELECT *
FROM fct_call_charges
WHERE date BETWEEN $first::DATE - 1 AND $last::DATE + 1
