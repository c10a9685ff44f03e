"""Langfuse SDKs, from documents, not recorded: read from langfuse 5.0.4 and its server's OTLP reader.

`usage_details` comes in three shapes. A provider's own object (the OpenAI wrapper) is read by its keys. Buckets (the
LangChain handler) leave each other out, so their sum is the whole. `input` and `output` beside Anthropic's cache names
leave cache out too. A total that equals input plus output says that the other buckets are parts of these.
Other SDKs decorate their spans with `langfuse.*`: that is context, not a way of counting.
"""

from collections.abc import Mapping
from typing import Any

from transforms import raw_usage
from transforms.dialects.base import (
    CONTAINER,
    EVALUATOR,
    INCLUSIVE,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    Source,
    UsageGroup,
)
from transforms.dialects.readings import eval_marker, evaluator

_CACHE_READ, _CACHE_WRITE = "cache_read_input_tokens", "cache_creation_input_tokens"


def _usage_details(text: str) -> raw_usage.Counts | None:
    usage = raw_usage.mapping(text)
    if usage is None:
        return None
    if "input" in usage or "output" in usage:
        return _buckets(usage)
    if "promptTokens" in usage or "completionTokens" in usage:
        return raw_usage.known(
            input_tokens=raw_usage.count(usage, "promptTokens"),
            output_tokens=raw_usage.count(usage, "completionTokens"),
        )
    return raw_usage.counts_of(usage)


def _buckets(usage: Mapping[str, Any]) -> raw_usage.Counts:
    counts = {key: count for key in usage if (count := raw_usage.count(usage, key)) is not None}
    inputs = {key: count for key, count in counts.items() if key.startswith("input_")} | {
        key: counts[key] for key in (_CACHE_READ, _CACHE_WRITE) if key in counts
    }
    outputs = {key: count for key, count in counts.items() if key.startswith("output_")}
    whole_input, whole_output = counts.get("input"), counts.get("output")
    if counts.get("total") != (whole_input or 0) + (whole_output or 0):
        whole_input = None if whole_input is None else whole_input + sum(inputs.values())
        whole_output = None if whole_output is None else whole_output + sum(outputs.values())
    return raw_usage.known(
        input_tokens=whole_input,
        output_tokens=whole_output,
        cached_input_tokens=_sum(inputs, "cache_read", "cached"),
        cache_write_tokens=_sum(inputs, "cache_creation", "ephemeral", "cache_write"),
        cache_write_1h_tokens=_sum(inputs, "_1h"),
        reasoning_tokens=_sum(outputs, "reasoning"),
    )


def _sum(buckets: Mapping[str, int], *parts: str) -> int | None:
    found = [count for key, count in buckets.items() if any(part in key for part in parts)]
    return sum(found) if found else None


def _cost(text: str) -> str | None:
    """The total of dollars by bucket, or their sum where none is given."""
    costs = raw_usage.mapping(text) or {}
    dollars = {key: cost for key, cost in costs.items() if isinstance(cost, int | float) and not isinstance(cost, bool)}
    if not dollars:
        return None
    return repr(dollars.get("total", sum(dollars.values())))


def _environment_marker(text: str) -> str | None:
    return "eval" if text == "sdk-experiment" else None


def _error(text: str) -> str | None:
    return "error" if text.strip().upper() == "ERROR" else None


USAGE = UsageGroup(
    name="langfuse.observation.usage_details",
    raw=r"langfuse\.observation\.usage_details",
    parse=_usage_details,
    rule=INCLUSIVE,
)

_EXPERIMENT = "langfuse.experiment."

DIALECT = Dialect(
    name="langfuse",
    scopes=("langfuse-sdk",),
    prefixes=("langfuse.",),
    columns={
        "reported_cost_usd": (Source("langfuse.observation.cost_details", _cost),),
        "environment": ("langfuse.environment",),
        "session_id": ("langfuse.session.id",),
        "user_id": ("langfuse.user.id",),
        "workflow_id": ("langfuse.trace.name",),
        "task_id": (f"{_EXPERIMENT}item.id",),
        "prompt_name": ("langfuse.observation.prompt.name",),
        "prompt_version": ("langfuse.observation.prompt.version",),
        "traffic_marker": (
            Source("langfuse.environment", _environment_marker),
            *(Source(f"{_EXPERIMENT}{name}", eval_marker) for name in ("id", "name", "dataset.id", "item.id")),
            Source("langfuse.observation.type", evaluator),
        ),
    },
    fallbacks={
        "response_model": ("langfuse.observation.model.name",),
        "error_type": (Source("langfuse.observation.level", _error),),
        "code_version": ("langfuse.release", "langfuse.version"),
    },
    kinds=(
        KindKey(
            "langfuse.observation.type",
            {
                "generation": Meaning(REQUEST, "chat"),
                "embedding": Meaning(REQUEST, "embeddings"),
                "span": Meaning(CONTAINER, "span"),
                "agent": Meaning(CONTAINER, "agent"),
                "chain": Meaning(CONTAINER, "chain"),
                "guardrail": Meaning(CONTAINER, "guardrail"),
                "tool": Meaning(TOOL, "tool"),
                "retriever": Meaning(TOOL, "retrieval"),
                "evaluator": Meaning(EVALUATOR, "evaluation"),
                "event": Meaning(OTHER, "event"),
            },
            rank=1,  # any SDK may decorate a span with it: what the span's own library says goes before
        ),
    ),
    usage=(USAGE,),
)
