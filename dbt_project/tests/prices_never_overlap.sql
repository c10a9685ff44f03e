-- At any moment a request meets one price for a kind of token, and one card with all kinds: rates of one model, class,
-- tier, region and context that hold at the same time are of different kinds and hold for the same interval, and each has an id of
-- its own. A rate for part of the day beats one for all of it.
select
    one.price_id,
    other.price_id as other_price_id,
    one.price_model,
    one.token_kind,
    other.token_kind as other_token_kind
from {{ ref('dim_prices') }} as one
inner join {{ ref('dim_prices') }} as other
    on one.price_provider = other.price_provider
    and one.price_model = other.price_model
    and one.rate_class = other.rate_class
    and one.service_tier = other.service_tier
    and one.region is not distinct from other.region
    and one.input_tokens_above = other.input_tokens_above
where
    one.rowid < other.rowid
    and one.withdrawn_at is null
    and other.withdrawn_at is null
    and (
        one.price_id = other.price_id
        or (
            one.valid_from < other.valid_to and other.valid_from < one.valid_to
            and (one.time_from is null) = (other.time_from is null)
            and coalesce(one.time_from < other.time_to and other.time_from < one.time_to, true)
            and (
                one.token_kind = other.token_kind
                or one.valid_from != other.valid_from or one.valid_to != other.valid_to
                or one.time_from is distinct from other.time_from or one.time_to is distinct from other.time_to
            )
        )
    )
