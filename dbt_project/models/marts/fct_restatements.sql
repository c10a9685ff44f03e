-- depends_on: {{ ref('int_restatements') }}
-- depends_on: {{ ref('int_outcome_restatements') }}
select * from {{ source('meta', 'restatements') }}
union all by name
select 'cost' as figure, * from {{ ref('int_restatements') }}
union all by name
select 'outcome' as figure, * from {{ ref('int_outcome_restatements') }}
