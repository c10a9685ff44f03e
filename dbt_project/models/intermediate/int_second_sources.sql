-- Sightings that another source of their session tells better. A coding agent's usage comes as spans, as logs, as metrics,
-- or as several of them. Requests that name one response are one call whatever they came as (`int_call_groups`,
-- `int_trace_folds`); where ids are missing, one source speaks for the whole session: the one with more requests of known
-- usage, then with more counts, then the spans. Metrics speak only where nothing else does. Agents that share a session's
-- name (one job that runs two of them) are told apart.
with sightings as (
    select
        candidates.organization,
        candidates.trace_id,
        candidates.span_id,
        candidates.dialect,
        candidates.signal,
        candidates.has_usage,
        candidates.usage_fields,
        candidates.response_id,
        coalesce(folds.home_trace_id, candidates.trace_id) as home_trace_id,
        coalesce(folds.home_group_id, groups.group_id, candidates.span_id) as group_id,
        coalesce(
            candidates.effective_session_id,
            min(candidates.effective_session_id) over (partition by candidates.organization, candidates.trace_id),
            candidates.trace_id
        ) as session_id
    from {{ ref('int_candidates') }} as candidates
    left join {{ ref('int_call_groups') }} as groups using (organization, trace_id, span_id)
    left join {{ ref('int_trace_folds') }} as folds
        on groups.organization = folds.organization
        and groups.trace_id = folds.trace_id
        and groups.group_id = folds.group_id
    where candidates.dialect in {{ agent_dialects() }} and (candidates.is_request or candidates.signal = 'metric')
),

requests as (
    select
        organization,
        home_trace_id,
        group_id,
        min(session_id) as session_id,
        min(dialect) as dialect,
        -- seen by several sources: nothing to choose
        case when count(distinct signal) = 1 then min(signal) end as signal,
        bool_or(signal = 'span') as has_span,
        bool_or(signal = 'log') as has_log,
        bool_or(has_usage) as has_usage,
        max(usage_fields) filter (where signal = 'span') as span_fields,
        max(usage_fields) filter (where signal = 'log') as log_fields,
        bool_or(response_id is not null) as has_response
    from sightings
    group by organization, home_trace_id, group_id
),

sessions as (
    select
        organization,
        dialect,
        session_id,
        case
            when not bool_or(has_log) then 'span'
            when not bool_or(has_span) then 'log'
            when
                (count(*) filter (where has_log and has_usage), coalesce(sum(log_fields), 0))
                > (count(*) filter (where has_span and has_usage), coalesce(sum(span_fields), 0))
                then 'log'
            else 'span'
        end as source
    from requests
    group by organization, dialect, session_id
    having bool_or(has_span)::integer + bool_or(has_log)::integer + bool_or(signal = 'metric')::integer > 1
),

-- Requests of the source that speaks which nothing identifies: one of the others may be the same request.
unnamed as (
    select distinct requests.organization, requests.dialect, requests.session_id, requests.has_usage
    from requests
    inner join sessions using (organization, dialect, session_id)
    where requests.signal = sessions.source and not requests.has_response
),

-- Dollars are counted apart from tokens: beside counted tokens they are no call of their own.
dollars as (
    select requests.organization, requests.home_trace_id, requests.group_id
    from requests
    where requests.signal = 'metric' and not requests.has_usage
    and (requests.organization, requests.dialect, requests.session_id) in (
        select (organization, dialect, session_id) from requests where signal = 'metric' and has_usage
    )
),

seconds as (
    select requests.organization, requests.home_trace_id, requests.group_id
    from requests
    inner join sessions using (organization, dialect, session_id)
    left join unnamed using (organization, dialect, session_id, has_usage)
    where
        requests.signal = 'metric'
        or (requests.signal != sessions.source and (not requests.has_response or unnamed.session_id is not null))
    union
    select organization, home_trace_id, group_id from dollars
)

select sightings.organization, sightings.trace_id, sightings.span_id
from sightings
inner join seconds using (organization, home_trace_id, group_id)
union
select organization, trace_id, span_id from {{ ref('int_covered_metrics') }}
