"""The one wording of what the pages say about prices, costs that differ, and figures that changed."""

PER_MILLION = (
    "Cost of the calls whose cost and tokens are both known ÷ all tokens of the same calls: everything they read, "
    "cache reads and writes included, and everything they wrote, reasoning included. What has no known cost or no "
    "token counts, and replays from a response cache, are in neither part."
)
LIST_COST = (
    "The same calls at published list prices; where a model has none, what it cost. The difference is what your own "
    "rates and the providers' bills take off."
)
UNKNOWN_COST = "Calls without a cost: no price, no token counts, or counts that cannot be right. Unknown, never zero."
RESTATED = (
    "New less old over all changes of published figures of these days. Calls that arrived after their day had been "
    "published count as a change from nothing."
)
CHECKED_ON = "When the oldest of the rates used was last compared with its source; a dash where the source has no date."
VALID = "The calls the rate is for: those that start within this time (UTC)."
KNOWN = "When this installation first had the rate, and when it was withdrawn. History can be priced as of any moment."
LIST, CONTRACTED = "list", "contracted"
CLASSES = {
    LIST: "published by the provider",
    CONTRACTED: "yours; it goes before list while it is valid",
}

CHARGE_KINDS = {
    "input": "input, not cached",
    "cache_read": "cache read",
    "cache_write": "cache write, 5 min",
    "cache_write_1h": "cache write, 1 h",
    "output": "output",
    "output_reasoning": "output, reasoning",
    "request": "request fee",
    "adjustment": "adjustment to the provider's bill",
    "reported": "reported as a whole",
}

COST_SOURCES = {
    "provider": ("Reported by the provider", "The billing party's own figure counts before any other."),
    "computed": ("Computed", "Tokens of each kind × the unit price valid at the start of the call."),
    "client": ("Reported by a client", "No price is known, so the figure of a library, proxy or application counts."),
    "response_cache": ("Answered from a response cache", "No provider was asked: a known zero."),
    "covered": ("Part of a charge", "A subscription or committed capacity pays for the call; this is its share of it."),
    "unpriced": ("Unknown: no price", "The calls have tokens, their model has no price: see above."),
    "usage unknown": ("Unknown: no token counts", "Neither tokens nor a cost were sent. Often a stream cut short."),
    "usage in error": ("Unknown: impossible token counts", "See Data quality: counts that cannot be right."),
}
"""Title and meaning of each `fct_calls.cost_source`."""

DIFFERENCES = {
    "agrees": "Agree to a millionth of a dollar.",
    "zero": "Reported as 0 although tokens were used and a price is known: a free tier, or a sender that fills in 0.",
    "list_price": "Reported at list price; the computed cost uses your contracted rate.",
    "cache_at_full_price": "Reported as if cache reads cost what other input does.",
    "cache_twice": "Reported with cache reads counted a second time, as ordinary input.",
    "tier_without_rate": "The service tier has no rate in the price list: computed at the standard one.",
    "by_a_factor": "Every call by the same factor: a discount or surcharge that the price file does not have.",
    "unexplained": "Not explained: compare a few of these calls with the invoice.",
}
"""What explains a difference between reported and computed cost; the last one does not."""

RESTATEMENTS = {
    "price": ("A rate changed", "The price list or your price file says otherwise than when the day was published."),
    "late": ("Arrived late", "The call came in after its day had been published."),
    "usage": (
        "Token counts changed",
        "Another sighting of the call, or a later version of its span, had other counts.",
    ),
    "reported cost": (
        "Reported cost changed",
        "Another sighting of the call, or a later version of its span, said so.",
    ),
    "cover": ("Covered or no longer", "A charge pays for the call now, or does not any more."),
    "share": ("Another share of a charge", "The calls that share a charge's day, or the charge itself, changed."),
    "withdrawn": ("Withdrawn", "It turned out to be another sighting of a call that is counted already."),
    "method": ("The rules changed", "A new version of SpanLedger judges it differently; the changelog says why."),
}
"""Title and meaning of each `fct_restatements.reason`."""
