"""Pydantic AI 1 and 2 (scope `pydantic-ai`), from documents, not recorded: read from pydantic-ai-slim 2.68.0.

Input holds cache for every provider. `gen_ai.usage.details.*` repeats counts and is never added; where it is all there
is, it is a provider's own object, read by its keys. Agent runs repeat their chats: under `gen_ai.usage.*` in version 1,
under `gen_ai.aggregated_usage.*` (not read) in version 2. Each rejected attempt of a request that was billed is a span
of its own with `pydantic_ai.model_request.attempt`, counted from 0.
"""

from transforms.dialects.base import (
    CONTAINER,
    EXCLUSIVE,
    INCLUSIVE,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    NameRule,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import USAGE

_DETAILS = "gen_ai.usage.details."

ANTHROPIC_DETAILS = UsageGroup(
    name="gen_ai.usage.details, Anthropic's",
    input_tokens=(f"{_DETAILS}input_tokens",),
    output_tokens=(f"{_DETAILS}output_tokens",),
    cached_input_tokens=(f"{_DETAILS}cache_read_input_tokens",),
    cache_write_tokens=(f"{_DETAILS}cache_creation_input_tokens",),
    cache_write_1h_tokens=(f"{_DETAILS}ephemeral_1h_input_tokens",),
    needs=(f"{_DETAILS}cache_read_input_tokens", f"{_DETAILS}cache_creation_input_tokens"),
    rule=EXCLUSIVE,
)
DETAILS = UsageGroup(
    name="gen_ai.usage.details",
    input_tokens=(f"{_DETAILS}prompt_tokens", f"{_DETAILS}input_tokens"),
    output_tokens=(f"{_DETAILS}completion_tokens", f"{_DETAILS}output_tokens"),
    cached_input_tokens=(f"{_DETAILS}cached_tokens",),
    reasoning_tokens=(f"{_DETAILS}reasoning_tokens",),
    rule=INCLUSIVE,
)

DIALECT = Dialect(
    name="pydantic_ai",
    scopes=("pydantic-ai",),
    prefixes=("pydantic_ai.",),
    columns={
        "attempt": ("pydantic_ai.model_request.attempt",),
        "workflow_run_id": ("gen_ai.agent.call.id",),
    },
    fallbacks={"reported_cost_usd": ("operation.cost",)},
    kinds=(KindKey("pydantic_ai.model_request.attempt", lambda _: Meaning(REQUEST, "chat"), rank=2),),
    name_rules=(
        NameRule(r"(agent run|invoke_agent)\b", Meaning(CONTAINER, "agent"), overrides=True),
        NameRule(r"chat ", Meaning(REQUEST, "chat")),
        NameRule(r"running (\d+ )?tools$", Meaning(CONTAINER, "chain")),
        NameRule(r"(running tool|execute_tool)\b", Meaning(TOOL, "tool")),
    ),
    usage=(USAGE, ANTHROPIC_DETAILS, DETAILS),
    token_rules=(TokenRule(INCLUSIVE, scope="pydantic-ai"),),
)
