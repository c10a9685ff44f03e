-- Sightings of one call in two traces: a library that lost its parent, a gateway, a server. `group_id` of `trace_id`
-- folds into `home_group_id` of `home_trace_id`, one sighting of which encloses one of its own in time and so knows the
-- work it was for. One response id, compatible models and usage are enough; without a common id only one to one, from two
-- scopes of one service, with all counts equal. A log record tells of a request when it is over: it folds into the span
-- of its session, wherever in time it lies.
with groups as (
    {{ group_figures(ref('int_call_groups'), ref('int_candidates')) }}
),

sightings as (
    select groups.group_id, candidates.*
    from {{ ref('int_call_groups') }} as groups
    inner join {{ ref('int_candidates') }} as candidates using (organization, trace_id, span_id)
),

-- Counts that two scopes of one service report: without an id, no other group can be a second sighting.
shared_usage as (
    select organization, service_name, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens
    from groups
    where input_tokens + output_tokens > 0
    group by all
    having count(distinct scopes) > 1
),

comparable as (
    select sightings.*
    from groups
    inner join shared_usage
        using (organization, service_name, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens)
    -- those that tell the group's counts
    inner join sightings using (organization, trace_id, group_id, service_name, input_tokens, output_tokens)
),

-- Judged sighting by sighting, as `int_touched_traces` looks for them: which traces are looked at together never changes
-- what is found.
pairs as (
    select
        inside.organization,
        inside.trace_id,
        inside.group_id,
        outside.trace_id as home_trace_id,
        outside.group_id as home_group_id,
        true as has_same_response,
        bool_or({{ lies_within('inside', 'outside') }}) as is_within
    from sightings as inside
    inner join sightings as outside
        on inside.organization = outside.organization and inside.response_id = outside.response_id
        and inside.trace_id != outside.trace_id
    where
        {{ lies_within('inside', 'outside') }}
        or inside.session_key = outside.session_key and (inside.signal = 'log') != (outside.signal = 'log')
    group by inside.organization, inside.trace_id, inside.group_id, outside.trace_id, outside.group_id
    union all
    select distinct
        inside.organization,
        inside.trace_id,
        inside.group_id,
        outside.trace_id as home_trace_id,
        outside.group_id as home_group_id,
        false as has_same_response,
        true as is_within
    from comparable as inside
    inner join comparable as outside
        on {{ same('inside', 'outside', ['organization', 'service_name', 'input_tokens', 'output_tokens']) }}
        and inside.trace_id != outside.trace_id
        and inside.scope_name is distinct from outside.scope_name
    where {{ lies_within('inside', 'outside') }}
),

-- Kept apart from the next join: the planner would rather join the two groups first, each with all of its organization.
guests as materialized (
    select pairs.*, inside from pairs inner join groups as inside using (organization, trace_id, group_id)
),

folds as (
    select
        guests.* exclude (inside),
        outside.start_ns as home_start_ns,
        count(*) over (partition by has_same_response, guests.organization, guests.trace_id, guests.group_id) as homes,
        count(*) over (partition by has_same_response, guests.organization, home_trace_id, home_group_id) as guests
    from guests
    inner join groups as outside
        on guests.organization = outside.organization
        and guests.home_trace_id = outside.trace_id
        and guests.home_group_id = outside.group_id
    where
        {{ compatible_models('inside', 'outside') }}
        and case
            when inside.is_log != outside.is_log and inside.session_key = outside.session_key and has_same_response
                then inside.is_log
            -- whatever its sightings, a call is not outside of one that began before it: no two fold into each other
            else is_within and (outside.start_ns, outside.trace_id) < (inside.start_ns, guests.trace_id)
        end
        and (
            has_same_response
            or (inside.response_id is null or outside.response_id is null) and inside.scopes != outside.scopes
            and {{ same('inside', 'outside', ['cached_input_tokens', 'cache_write_tokens']) }}
        )
        and coalesce(inside.input_tokens = outside.input_tokens, true)
        and coalesce(inside.output_tokens = outside.output_tokens, true)
)

-- The outermost of several homes is everyone's home.
select
    organization, trace_id, group_id,
    arg_min(home_trace_id, (home_start_ns, home_trace_id, home_group_id)) as home_trace_id,
    arg_min(home_group_id, (home_start_ns, home_trace_id, home_group_id)) as home_group_id
from folds
where has_same_response or homes = 1 and guests = 1
group by organization, trace_id, group_id
