-- Of the calls within the filters, those that a lever could do something about. Grain: call.
SELECT filtered_calls.*
FROM filtered_calls
WHERE call_id IN (
    SELECT behind.call_id
    FROM rpt_lever_calls AS behind
    WHERE list_contains($lever::VARCHAR[], behind.kind) AND behind.date BETWEEN $first::DATE - 1 AND $last::DATE + 1
)
