"""LiteLLM, SDK and proxy, v1 spans (`litellm_request`, `raw_gen_ai_request`) and v2 keys; one recording of v1.

Counts follow the OpenAI shape: input includes cache. v1 says what was cached only inside usage objects printed as
Python dicts, which are read as raw groups. `raw_gen_ai_request` is a second sighting of the same request.
"""

from transforms.dialects.base import INCLUSIVE, REQUEST, Dialect, Meaning, NameRule, TokenRule, UsageGroup
from transforms.dialects.otel_genai import USAGE

USAGE_OBJECT = UsageGroup(
    name="usage_object", raw=r"metadata\.usage_object|llm\.[A-Za-z_0-9]+\.usage(Metadata)?", rule=INCLUSIVE
)

DIALECT = Dialect(
    name="litellm",
    scopes=("litellm",),
    keys=("hidden_params",),
    prefixes=("litellm.", "gen_ai.cost."),
    names=("litellm_request", "raw_gen_ai_request", "Received Proxy Server Request"),
    columns={
        "reported_cost_usd": ("litellm.cost.total", "gen_ai.cost.total_cost"),
        "is_cache_hit": ("litellm.cache_hit",),
        "is_stream": ("litellm.request.streaming",),
        "team": (
            "litellm.team.alias",
            "litellm.team.id",
            "metadata.user_api_key_team_alias",
            "metadata.user_api_key_team_id",
        ),
        "user_id": ("litellm.end_user.id",),
    },
    fallbacks={
        "response_model": ("litellm.provider.model",),
        "user_id": ("metadata.user_api_key_user_id",),
        "cost_center": ("metadata.user_api_key_org_id",),
        "error_type": ("litellm.provider.error.code",),
    },
    name_rules=(NameRule("raw_gen_ai_request$", Meaning(REQUEST, "chat")),),
    usage=(USAGE, USAGE_OBJECT),
    token_rules=(TokenRule(INCLUSIVE),),
)
