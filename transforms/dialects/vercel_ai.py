"""Vercel AI SDK 4 to 6 (scope `ai`), from documents, not recorded: read from ai 6.0.326.

Only the inner spans (`…doGenerate`, `…doStream`, `…doEmbed`) ask a provider; the outer ones repeat their sum. Version 6
names the cache parts (`inputTokenDetails`) and input holds them. Before that Anthropic's and Bedrock's adapters passed
the uncached input on; the provider's own object inside `ai.response.providerMetadata` decides where it stands.
`ai.settings.maxRetries` is a budget, and `gen_ai.usage.*` here has no cache.
"""

from transforms import raw_usage
from transforms.dialects.base import (
    CONTAINER,
    EXCLUSIVE,
    INCLUSIVE,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    Source,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import USAGE as GEN_AI_USAGE
from transforms.dialects.readings import finish_reason, inside, provider
from transforms.iterations import iterations

_METADATA = "ai.response.providerMetadata"
_DETAILS = "ai.usage.inputTokenDetails."
_COST = inside("gateway.cost", "openrouter.usage.cost")


def _provider_objects(text: str) -> raw_usage.Counts | None:
    """The first provider's usage in `{"anthropic": {"usage": {...}}}`; Google calls it `usageMetadata`."""
    for said in (raw_usage.mapping(text) or {}).values():
        if isinstance(said, dict):
            for name in ("usage", "usageMetadata"):
                if isinstance(said.get(name), dict):
                    return _counts(said[name])
            parts = raw_usage.known(
                cached_input_tokens=raw_usage.count(said, "cachedPromptTokens"),
                cache_write_tokens=raw_usage.count(said, "cacheCreationInputTokens"),
                reasoning_tokens=raw_usage.count(said, "reasoningTokens"),
            )
            if parts:
                return parts
    return None


def _counts(usage: dict[str, object]) -> raw_usage.Counts | None:
    if "promptTokens" in usage:  # OpenRouter, in OpenAI's shape
        return raw_usage.known(
            input_tokens=raw_usage.count(usage, "promptTokens"),
            output_tokens=raw_usage.count(usage, "completionTokens"),
            cached_input_tokens=raw_usage.part(usage, "promptTokensDetails", "cachedTokens"),
            reasoning_tokens=raw_usage.part(usage, "completionTokensDetails", "reasoningTokens"),
        )
    if "inputTokens" not in usage and ("cacheReadInputTokens" in usage or "cacheWriteInputTokens" in usage):
        return raw_usage.known(
            cached_input_tokens=raw_usage.count(usage, "cacheReadInputTokens"),
            cache_write_tokens=raw_usage.count(usage, "cacheWriteInputTokens"),
        )
    return raw_usage.counts_of(usage)


def _provider(text: str) -> str | None:
    """`openai.chat` and `anthropic.messages` name the provider before the first dot, Google behind it."""
    first, _, rest = text.strip().lower().partition(".")
    if first == "google":
        return "gcp.vertex_ai" if rest.startswith("vertex") else "gcp.gemini"
    return provider(first)


DETAILED_USAGE = UsageGroup(
    name="ai.usage.inputTokenDetails",
    input_tokens=("ai.usage.inputTokens",),
    output_tokens=("ai.usage.outputTokens",),
    cached_input_tokens=(f"{_DETAILS}cacheReadTokens", "ai.usage.cachedInputTokens"),
    cache_write_tokens=(f"{_DETAILS}cacheWriteTokens",),
    reasoning_tokens=("ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens"),
    total_tokens=("ai.usage.totalTokens",),
    needs=(f"{_DETAILS}noCacheTokens", f"{_DETAILS}cacheReadTokens", f"{_DETAILS}cacheWriteTokens"),
    rule=INCLUSIVE,
)
USAGE = UsageGroup(
    name="ai.usage",
    input_tokens=("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"),
    output_tokens=("ai.usage.outputTokens", "ai.usage.completionTokens"),
    cached_input_tokens=("ai.usage.cachedInputTokens",),
    reasoning_tokens=("ai.usage.reasoningTokens",),
    total_tokens=("ai.usage.totalTokens",),
)
PROVIDER_OBJECT = UsageGroup(
    name="ai.response.providerMetadata", raw=r"ai\.response\.providerMetadata", parse=_provider_objects, rule=INCLUSIVE
)

_OUTER = Meaning(CONTAINER, "chain")
_CHAT, _EMBEDDINGS = Meaning(REQUEST, "chat"), Meaning(REQUEST, "embeddings")

DIALECT = Dialect(
    name="vercel_ai",
    keys=("ai.operationId",),
    prefixes=("ai.usage.", "ai.model.", "ai.response.", "ai.telemetry."),
    columns={
        "provider": (Source("ai.model.provider", _provider),),
        "request_model": ("ai.model.id",),
        "response_model": ("ai.response.model",),
        "response_id": ("ai.response.id",),
        "finish_reason": (Source("ai.response.finishReason", finish_reason),),
        "service_tier": (Source(_METADATA, inside("openai.serviceTier", "anthropic.usage.service_tier")),),
        "usage_iterations": (Source(_METADATA, iterations("anthropic", "usage")),),
        "session_id": ("ai.telemetry.metadata.sessionId", "ai.settings.context.sessionId"),
        "user_id": ("ai.telemetry.metadata.userId", "ai.settings.context.userId"),
        "feature": ("ai.telemetry.functionId",),
        "tool_name": ("ai.toolCall.name",),
        # the AI gateway and OpenRouter bill what they say
        "reported_cost_usd": (Source(_METADATA, _COST),),
        "reported_cost_kind": (Source(_METADATA, lambda text: "provider" if _COST(text) else None),),
    },
    kinds=(
        KindKey(
            "ai.operationId",
            {
                "ai.generatetext": _OUTER,
                "ai.streamtext": _OUTER,
                "ai.generateobject": _OUTER,
                "ai.streamobject": _OUTER,
                "ai.embed": _OUTER,
                "ai.embedmany": _OUTER,
                "ai.generatetext.dogenerate": _CHAT,
                "ai.streamtext.dostream": _CHAT,
                "ai.generateobject.dogenerate": _CHAT,
                "ai.streamobject.dostream": _CHAT,
                "ai.embed.doembed": _EMBEDDINGS,
                "ai.embedmany.doembed": _EMBEDDINGS,
                "ai.rerank": Meaning(REQUEST, "rerank"),
                "ai.rerank.dorerank": Meaning(REQUEST, "rerank"),
                "ai.transcribe": Meaning(REQUEST, "audio"),
                "ai.generatespeech": Meaning(REQUEST, "audio"),
                "ai.toolcall": Meaning(TOOL, "tool"),
            },
        ),
    ),
    usage=(DETAILED_USAGE, USAGE, PROVIDER_OBJECT, GEN_AI_USAGE),
    token_rules=(
        TokenRule(EXCLUSIVE, provider="anthropic"),
        TokenRule(EXCLUSIVE, provider="aws.bedrock"),
        TokenRule(INCLUSIVE),
    ),
)
