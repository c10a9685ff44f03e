-- depends_on: {{ ref('int_restatements') }}
select * from {{ source('meta', 'restatements') }}
union all by name
select * from {{ ref('int_restatements') }}
