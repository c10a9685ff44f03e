-- Spans have no team of their own. Calls that the reader may see, in every trace; other spans only in traces of which
-- every call is such, and then not those that say they are another team's or project's.
WITH traces AS (
    SELECT organization, trace_id, bool_and(coalesce(may_see(organization, team, project), false)) AS is_whole
    FROM whole.main.fct_calls
    GROUP BY ALL
    HAVING bool_or(may_see(organization, team, project))
),

said AS (
    SELECT
        organization,
        trace_id,
        span_id,
        bool_and(coalesce(may_see(organization, own_team, own_project), false)) AS is_theirs,
        bool_and(own_team IS NULL AND own_project IS NULL) AS is_unsaid
    FROM (
        SELECT
            organization,
            trace_id,
            span_id,
            coalesce(team, resource_team) AS own_team,
            coalesce(project, resource_project) AS own_project
        FROM whole.facts.int_spans
    )
    GROUP BY ALL
),

calls AS (
    SELECT organization, trace_id, call_id
    FROM whole.main.fct_calls
    WHERE may_see(organization, team, project)
)

SELECT spans.*
FROM whole.main.fct_spans AS spans
JOIN traces ON spans.organization = traces.organization AND spans.trace_id = traces.trace_id
JOIN said
    ON spans.organization = said.organization AND spans.trace_id = said.trace_id AND spans.span_id = said.span_id
LEFT JOIN calls
    ON spans.organization = calls.organization
    AND spans.trace_id = calls.trace_id
    AND spans.call_id = calls.call_id
    AND spans.role = 'call'
WHERE calls.call_id IS NOT NULL OR (traces.is_whole AND spans.role <> 'call' AND (said.is_theirs OR said.is_unsaid));
