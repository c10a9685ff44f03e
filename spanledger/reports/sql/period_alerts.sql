-- What began to fire within the period, the worst first. Few alerts are about one team: the filters do not apply.
SELECT incident_id, kind, severity, summary, state, since_at, opened_at, recovered_at
FROM fct_alerts
WHERE opened_at >= $first::DATE AND opened_at < $last::DATE + 1
ORDER BY list_position(['critical', 'warning', 'info'], severity), opened_at, incident_id
LIMIT 20;
