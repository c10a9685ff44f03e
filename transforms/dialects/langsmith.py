"""LangSmith's OTLP export, from documents, not recorded: read from langsmith 0.15.0.

Counts are LangChain's `usage_metadata`: input holds cache by convention. Details are printed Python dicts, not JSON.
`langsmith.trace.session_id` is a project, not a session. Spans marked `usage_scope=agent_total` repeat their children.
"""

from transforms import raw_usage
from transforms.dialects.base import (
    CONTAINER,
    INCLUSIVE,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import USAGE as GEN_AI_USAGE


def _details(text: str) -> raw_usage.Counts | None:
    """`{'cache_read': 5}` of the input or `{'reasoning': 3}` of the output."""
    details = raw_usage.mapping(text)
    return None if details is None else _parts(details, details)


def _usage_metadata(text: str) -> raw_usage.Counts | None:
    usage = raw_usage.mapping(text)
    if usage is None:
        return None
    inputs, outputs = (usage.get(f"{side}_token_details") or {} for side in ("input", "output"))
    return raw_usage.known(
        input_tokens=raw_usage.count(usage, "input_tokens"),
        output_tokens=raw_usage.count(usage, "output_tokens"),
    ) | _parts(inputs if isinstance(inputs, dict) else {}, outputs if isinstance(outputs, dict) else {})


def _parts(inputs: raw_usage.Object, outputs: raw_usage.Object) -> raw_usage.Counts:
    short, long = (raw_usage.count(inputs, f"ephemeral_{age}_input_tokens") for age in ("5m", "1h"))
    written = [count for count in (raw_usage.count(inputs, "cache_creation"), short, long) if count is not None]
    return raw_usage.known(
        cached_input_tokens=raw_usage.count(inputs, "cache_read"),
        cache_write_tokens=sum(written) if written else None,  # LangChain puts them beside each other
        cache_write_1h_tokens=long,
        reasoning_tokens=raw_usage.count(outputs, "reasoning"),
    )


USAGE = UsageGroup(
    name="langsmith.usage_metadata", raw=r"langsmith\.usage_metadata", parse=_usage_metadata, rule=INCLUSIVE
)
DETAILS = UsageGroup(
    name="gen_ai.usage.token_details",
    raw=r"gen_ai\.usage\.(input|output)_token_details",
    parse=_details,
    rule=INCLUSIVE,
)

DIALECT = Dialect(
    name="langsmith",
    scopes=("langsmith",),
    prefixes=("langsmith.",),
    columns={
        "project": ("langsmith.trace.session_name", "langsmith.trace.session_id"),
        "session_id": ("langsmith.metadata.thread_id",),
        "is_stream": ("langsmith.request.streaming",),
    },
    kinds=(
        KindKey(
            "langsmith.metadata.usage_scope",
            {"agent_total": Meaning(CONTAINER, "agent")},
            only_known=True,
        ),
        KindKey(
            "langsmith.span.kind",
            {
                "llm": Meaning(REQUEST, "chat"),
                "embedding": Meaning(REQUEST, "embeddings"),
                "chain": Meaning(CONTAINER, "chain"),
                "tool": Meaning(TOOL, "tool"),
                "retriever": Meaning(TOOL, "retrieval"),
                "prompt": Meaning(OTHER, "prompt"),
                "parser": Meaning(OTHER, "parser"),
            },
        ),
    ),
    usage=(GEN_AI_USAGE, USAGE, DETAILS),
    token_rules=(TokenRule(INCLUSIVE, scope="langsmith"),),
)
