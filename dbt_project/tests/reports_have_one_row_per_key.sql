-- A daily report has one row per key on each date written again: recomputed and carried rows never meet.
{%- set reports = {
    'rpt_spend_classes': ('date', 'int_calls', ['environment', 'workflow_id', 'step', 'team', 'traffic_source', 'spend_class']),
    'rpt_traffic_split': ('date', 'int_calls', ['environment', 'team', 'project', 'traffic_source']),
    'rpt_spend_hourly': (
        'date', 'int_calls',
        ['hour_at', 'environment', 'team', 'project', 'workflow_id', 'traffic_source', 'model', 'prompt_version', 'code_version'],
    ),
    'rpt_usage_quarter_hourly': (
        'date', 'int_calls',
        ['quarter_at', 'environment', 'team', 'project', 'workflow_id', 'model', 'traffic_source', 'spend_class'],
    ),
    'rpt_calls_daily': (
        'date', 'int_calls',
        [
            'environment', 'team', 'project', 'workflow_id', 'step', 'model', 'provider', 'traffic_source', 'spend_class',
            'cost_source', 'cost_center', 'feature',
        ],
    ),
    'rpt_rates_daily': (
        'date', 'int_call_charges',
        ['environment', 'team', 'project', 'workflow_id', 'model', 'provider', 'traffic_source', 'price_id'],
    ),
    'rpt_charges_daily': (
        'date', 'int_call_charges',
        [
            'environment', 'team', 'project', 'workflow_id', 'model', 'traffic_source', 'price_provider', 'price_model',
            'charge_kind', 'unit', 'rated_service_tier', 'context_tier',
        ],
    ),
    'rpt_run_costs': ('date', 'int_runs', ['environment', 'workflow_id', 'traffic_source']),
    'rpt_retry_waste': ('date', 'int_calls', ['environment', 'workflow_id', 'step', 'team']),
    'rpt_sampling_coverage': ('date', 'int_calls', ['environment', 'service_name']),
    'rpt_data_quality': ('date', 'int_spans', ['environment', '"check"']),
    'rpt_cost_per_successful_task': (
        'task_date', 'int_tasks', ['environment', 'workflow_id', 'team', 'project', 'prompt_version', 'traffic_source']
    ),
    'rpt_call_shapes': (
        'date', 'int_calls',
        [
            'environment', 'workflow_id', 'step', 'traffic_source', 'model', 'price_provider', 'price_model', 'service_tier',
            'paid_again', 'asked_again', 'is_cache_hit', 'input_tokens_to', 'output_tokens_to',
        ],
    ),
    'int_loop_days': ('date', 'int_loops', ['workflow_id', 'is_agent', 'loop_name', 'steps']),
    'int_step_days': (
        'date', 'int_task_steps',
        ['environment', 'workflow_id', 'step', 'traffic_source', 'first_model', 'last_model', 'is_changed', 'is_escalation'],
    ),
    'int_customer_task_days': (
        'task_date', 'int_tasks',
        [
            'environment', 'workflow_id', 'team', 'project', 'prompt_version', 'feature', 'size', 'traffic_source', 'customer_id',
            'user_id',
        ],
    ),
    'int_pool_days': ('task_date', 'int_tasks', ['team', 'project']),
    'int_version_days': (
        'task_date', 'int_task_versions', ['environment', 'workflow_id', 'traffic_source', 'kind', 'subject', 'version']
    ),
} %}
{%- for report, (date, touched_by, key) in reports.items() %}
select
    '{{ report }}' as report,
    {{ date }} as date,
    count(*) as rows,
    count(distinct (organization, {{ key | join(', ') }})) as keys
from {{ ref(report) }}
where {{ date }} in ({{ touched_dates(touched_by) }})
group by {{ date }}
having count(*) != count(distinct (organization, {{ key | join(', ') }}))
{{ "union all" if not loop.last }}
{%- endfor %}
