"""LiteLLM, SDK and proxy: v1 spans (`litellm_request`, `raw_gen_ai_request`), read from one recording, and v2 keys
(`litellm.*`), read from litellm 1.109.1.

Counts follow the OpenAI shape: input includes cache. v1 says what was cached only inside usage objects printed as
Python dicts, which are read as raw groups. `raw_gen_ai_request` is a second sighting of the same request, the proxy's
root span an aggregate. A `/v1/responses` request that is bridged to a completion was logged as both; its id wraps the
completion's, unless LiteLLM encrypted it. Costs are LiteLLM's own: margin and guardrails may be in the total, and a
guardrail's span carries what its judge cost.
"""

from transforms.dialects.base import (
    CONTAINER,
    INCLUSIVE,
    OTHER,
    REQUEST,
    Dialect,
    KindKey,
    Meaning,
    NameRule,
    Source,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import OPERATIONS, USAGE
from transforms.dialects.readings import inside, provider
from transforms.iterations import iterations

USAGE_OBJECT = UsageGroup(
    name="usage_object", raw=r"metadata\.usage_object|llm\.[A-Za-z_0-9]+\.usage(Metadata)?", rule=INCLUSIVE
)

ANTHROPIC_ROUTES = ("anthropic", "bedrock", "vertex_ai", "azure_ai")
"""LiteLLM's names of those that serve Anthropic's models."""

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
        "usage_iterations": tuple(
            Source(key, iterations())
            for key in ("metadata.usage_object", *(f"llm.{route}.usage" for route in ANTHROPIC_ROUTES))
        ),
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
        "cost_center": (
            Source("litellm.team.metadata", inside("cost_center", "cost_centre")),
            "metadata.user_api_key_org_id",
        ),
        "error_type": ("litellm.provider.error.code",),
        "provider": (Source("litellm.provider.error.llm_provider", provider),),
        "response_id": ("litellm.call_id",),
        "tool_name": ("litellm.mcp.server.name",),
        "reported_cost_usd": ("litellm.cost.guardrail", Source("hidden_params", inside("response_cost"))),
    },
    kinds=(
        KindKey("litellm.service.name", lambda _: Meaning(OTHER, "infrastructure")),  # the proxy's caches, databases
        KindKey("litellm.call_type", {**OPERATIONS, "completion": Meaning(REQUEST, "chat")}, rank=2),
    ),
    name_rules=(
        NameRule("raw_gen_ai_request$", Meaning(REQUEST, "chat")),
        NameRule("Received Proxy Server Request$", Meaning(CONTAINER, "workflow"), overrides=True),
    ),
    usage=(USAGE, USAGE_OBJECT),
    token_rules=(TokenRule(INCLUSIVE),),
)
