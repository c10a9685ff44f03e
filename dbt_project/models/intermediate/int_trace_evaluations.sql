-- Evaluation results of each touched trace, one row per trace, run and task tag they judge. A result on a span judges that
-- span's task, and so does one reported below a span. A report that stands alone and names no task or run judges the call
-- whose response it names, else its trace's only task; one that finds neither has no place.
with spans as (
    select
        organization,
        trace_id,
        trace_key,
        span_id,
        depth,
        run_id,
        run_key,
        case when response_key is not null then response_id end as response_id,
        evaluations,
        coalesce(inherited_task_id, resource_task_id) as tagged_task_id,
        effective_workflow_run_id is not null as has_run_tag,
        coalesce(role, 'other') = 'evaluation' as is_report,
        coalesce(ended_ns, started_ns) as judged_ns,
        first_received_ns
    from {{ ref('int_span_context') }}
),

judgements as (
    select
        *,
        is_report and depth = 0 and tagged_task_id is null and not has_run_tag as is_alone
    from spans
    where evaluations is not null
),

answers as (
    select
        organization,
        response_id,
        arg_min(struct_pack(run_id := run_id, run_key := run_key, tagged_task_id := tagged_task_id), (trace_id, span_id)) as place
    from spans
    where not is_report and response_id in (select response_id from judgements where is_alone and response_id is not null)
    group by organization, response_id
),

only_tasks as (
    select
        organization,
        trace_id,
        case
            when count(distinct tagged_task_id) = 1
                then arg_min(
                    struct_pack(run_id := run_id, run_key := run_key, tagged_task_id := tagged_task_id), run_id
                ) filter (where tagged_task_id is not null)
            when count(distinct tagged_task_id) = 0 and count(distinct run_id) = 1
                then arg_min(struct_pack(run_id := run_id, run_key := run_key, tagged_task_id := tagged_task_id), run_id)
        end as place
    from spans
    where not is_report and trace_id in (select trace_id from judgements where is_alone)
    group by organization, trace_id
),

placed as (
    select
        judgements.*,
        case
            when is_alone then coalesce(answers.place, only_tasks.place)
            else struct_pack(run_id := run_id, run_key := run_key, tagged_task_id := tagged_task_id)
        end as place
    from judgements
    left join answers using (organization, response_id)
    left join only_tasks using (organization, trace_id)
),

results as (
    select
        * exclude (evaluations),
        unnest({{ evaluations_of('evaluations') }}) as result,
        unnest(range(1, len({{ evaluations_of('evaluations') }}) + 1)) as number
    from placed
)

select
    organization,
    trace_id,
    trace_key,
    coalesce(place.run_id, run_id) as run_id,
    coalesce(place.run_key, run_key) as run_key,
    place.tagged_task_id as tagged_task_id,
    place is null as is_unplaced,
    min(judged_ns) as started_ns,
    max(judged_ns) as ended_ns,
    list(
        struct_pack(
            revision_id := trace_id || '/' || span_id || '/' || lpad(cast(number as varchar), 6, '0'),
            name := result.name,
            score := result.score,
            label := result.label,
            judged_ns := case
                when {{ is_believable_clock('result.at_ns', 'cast(null as bigint)', 'first_received_ns') }} then result.at_ns
                else judged_ns
            end
        )
        order by span_id, number
    ) as evaluations
from results
group by all
