-- Pairs of provider and model name that no build has resolved yet. A call may take its provider from one sighting
-- and its model from another, hence all pairs.
with spans as (
    select provider, request_model, response_model, usage_iterations from lake.spans
    union all
    select provider, request_model, response_model, usage_iterations from lake.expired_spans
),

names as (
    select request_model as model_name from spans
    union
    select response_model from spans
    union
    select unnest(from_json(usage_iterations, '[{"model": "VARCHAR"}]')).model from spans
    where usage_iterations is not null
    union
    select model_name from meta.model_names
),

providers as (
    select provider from spans
    union
    select provider from meta.model_names
    union
    select null
)

select providers.provider, names.model_name
from names
cross join providers
where
    names.model_name is not null
    and not exists (
        select 1
        from meta.model_names as known
        where known.model_name = names.model_name and known.provider is not distinct from providers.provider
    )
