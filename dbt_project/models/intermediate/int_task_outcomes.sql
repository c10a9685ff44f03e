-- The outcome of each touched task: the word that holds, and the figures said by the highest rank that says them; units
-- and those of them that succeeded are one figure, never of two people. A task without an outcome is pending until its
-- workflow's outcome window has passed since its end.
{%- set figures = {
    'outcome_score': 'score',
    'counted': "case when coalesce(units, units_succeeded) is not null then struct_pack(units, units_succeeded) end",
} %}
with words as (
    select
        organization,
        task_id,
        task_traffic_source,
        bool_or(outcome is not null) as has_word,
        max(outcome) filter (where is_winner) as outcome,
        max(source) filter (where is_winner) as outcome_source,
        max(judged_at) filter (where is_winner) as outcome_at,
        max(judged_by) filter (where is_winner) as outcome_by,
        {%- for figure, column in figures.items() %}
        arg_max({{ column }}, (rank, judged_at, revision_id)) filter (
            where ({{ column }}) is not null and is_latest and (evaluation_name is null or outcome is not null)
        ) as {{ figure }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_outcome_revisions') }}
    where task_id is not null
    group by organization, task_id, task_traffic_source
),

judged as (
    select
        heads.organization,
        heads.task_id,
        heads.task_traffic_source,
        coalesce(words.outcome, 'unknown') as outcome,
        case when words.outcome != 'unknown' then words.outcome_source end as outcome_source,
        case when words.outcome != 'unknown' then words.outcome_at end as outcome_at,
        case when words.outcome != 'unknown' then words.outcome_by end as outcome_by,
        words.outcome_score,
        words.counted.units as units,
        words.counted.units_succeeded as units_succeeded,
        heads.has_tag or coalesce(words.has_word, false) as is_tasked,
        heads.ended_ns + heads.outcome_window_ns as window_ends_ns
    from {{ ref('int_task_heads') }} as heads
    left join words using (organization, task_id, task_traffic_source)
)

select
    * exclude (window_ends_ns),
    case when is_tasked and outcome = 'unknown' then window_ends_ns end as pending_until_ns,
    is_tasked and outcome = 'unknown'
    and coalesce(window_ends_ns > (select epoch_ns(made_at) from {{ source('meta', 'build') }}), false) as is_pending
from judged
