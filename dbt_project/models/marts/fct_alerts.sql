{{ config(materialized='table') }}
with acts as (
    select *
    from {{ source('meta', 'alert_records') }}
    qualify row_number() over (partition by record_id order by "at") = 1
),

incidents as (
    select
        incident_id,
        min("at") filter (where action = 'opened') as opened_at,
        max("at") filter (where action = 'recovered') as ended_at,
        max("at") filter (where action = 'reopened') as reopened_at,
        min("at") filter (where action = 'told') as first_told_at,
        max("at") filter (where action = 'told') as last_told_at,
        count(*) filter (where action = 'told') as messages,
        string_agg(distinct channel, ', ' order by channel) filter (where action = 'told') as told
    from acts
    where incident_id is not null
    group by incident_id
),

described as (
    select *
    from acts
    where action in ('opened', 'changed')
    qualify row_number() over (partition by incident_id order by "at" desc, action) = 1
),

mutes as (
    select *
    from acts
    where action = 'muted'
    qualify row_number() over (partition by fingerprint order by "at" desc) = 1
)

select
    incidents.incident_id,
    described.fingerprint,
    described.organization,
    described.environment,
    described.kind,
    described.severity,
    described.summary,
    described.about as scope,
    described.owner,
    described.amount_usd,
    case when incidents.ended_at is null or incidents.reopened_at > incidents.ended_at then 'firing' else 'recovered' end as state,
    described.since as since_at,
    incidents.opened_at,
    case when incidents.reopened_at > incidents.ended_at then null else incidents.ended_at end as recovered_at,
    incidents.told,
    incidents.first_told_at,
    incidents.last_told_at,
    incidents.messages,
    mutes.until as muted_until,
    mutes.reason as mute_reason,
    mutes."by" as muted_by,
    described.page
from incidents
inner join described using (incident_id)
left join mutes on described.fingerprint = mutes.fingerprint
