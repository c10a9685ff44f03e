-- What calls of $providers used and cost from $first to $last, by quarter hour: the side of an invoice that we know.
-- A call that names no provider counts where its model is in a price list of theirs. A call that a charge pays for is not
-- billed by its tokens: the charge stands on the invoice.
select
    cast(epoch(time_bucket(interval '15 minutes', charges.started_at)) as bigint) // 900 as quarter,
    charges.provider,
    charges.price_provider,
    charges.price_model,
    charges.model,
    coalesce(calls.project, '') as project,
    charges.charge_kind,
    coalesce(sum(charges.quantity), 0) as quantity,
    coalesce(sum(charges.quantity) filter (where charges.effective_cost_usd is null), 0) as unpriced,
    coalesce(sum(charges.effective_cost_usd), 0) as cost_usd
from fct_call_charges as charges
inner join fct_calls as calls on charges.call_id = calls.call_id
where
    calls.charge_id is null
    and charges.started_at >= $first::timestamptz
    and charges.started_at < $last::timestamptz
    and (
        list_contains($providers, charges.provider)
        or (charges.provider is null and list_contains($price_lists, charges.price_provider))
    )
group by all
