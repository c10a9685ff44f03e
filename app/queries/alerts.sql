-- What fires, and what ended in the seven days before the build, the worst and newest first. No filters: few alerts, and
-- most are about several teams at once.
SELECT
    incident_id, kind, severity, summary, scope, nullif(owner, '') AS owner, state, since_at, opened_at, recovered_at,
    told, messages, muted_until, mute_reason, muted_by, page,
    muted_until > (SELECT built_at FROM build_info) AS is_muted
FROM fct_alerts
WHERE state = 'firing' OR recovered_at > (SELECT built_at FROM build_info) - INTERVAL 7 DAY
ORDER BY
    state, list_position(['critical', 'warning', 'info'], severity), coalesce(recovered_at, opened_at) DESC, incident_id;
