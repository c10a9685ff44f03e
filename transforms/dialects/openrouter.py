"""OpenRouter Broadcast, from documents, not recorded: read from its webhook guide.

OpenRouter bills what it says, so its cost is a provider's. The guide names no cost key; the usual two are read.
"""

from transforms.dialects.base import INCLUSIVE, Dialect, Source, TokenRule
from transforms.dialects.otel_genai import USAGE

_COSTS = ("gen_ai.usage.total_cost", "gen_ai.usage.cost")

DIALECT = Dialect(
    name="openrouter",
    is_private=True,
    scopes=("openrouter",),
    prefixes=("trace.metadata.",),
    services=("openrouter",),
    columns={
        "reported_cost_usd": _COSTS,
        "reported_cost_kind": tuple(Source(key, lambda _: "provider") for key in _COSTS),
    },
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE),),
)
