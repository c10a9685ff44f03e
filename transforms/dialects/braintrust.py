"""Braintrust's own keys, from documents, not recorded: read from braintrust 0.48.1 and its OpenTelemetry page.

Kind, model and counts stand in JSON: `braintrust.span_attributes`, `braintrust.metadata`, `braintrust.metrics`. The
parent names a project or an experiment, whose spans are evaluation traffic.
"""

from transforms import raw_usage
from transforms.dialects.base import (
    CONTAINER,
    EVALUATOR,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    Source,
    UsageGroup,
)
from transforms.dialects.readings import inside, provider

_ATTRIBUTES = "braintrust.span_attributes"
_TYPE = inside("type")
_KINDS = {
    "llm": Meaning(REQUEST, "chat"),
    "task": Meaning(CONTAINER, "step"),
    "eval": Meaning(CONTAINER, "evaluation"),
    "score": Meaning(EVALUATOR, "evaluation"),
    "function": Meaning(CONTAINER, "step"),
    "tool": Meaning(TOOL, "tool"),
}


def _metrics(text: str) -> raw_usage.Counts | None:
    metrics = raw_usage.mapping(text)
    if metrics is None:
        return None
    return raw_usage.known(
        input_tokens=raw_usage.count(metrics, "prompt_tokens"),
        output_tokens=raw_usage.count(metrics, "completion_tokens"),
        cached_input_tokens=raw_usage.count(metrics, "prompt_cached_tokens"),
        cache_write_tokens=raw_usage.count(metrics, "prompt_cache_creation_tokens"),
        reasoning_tokens=raw_usage.count(metrics, "completion_reasoning_tokens"),
        total_tokens=raw_usage.count(metrics, "tokens"),
    )


def _parent(kind: str, text: str) -> str | None:
    """`project_name:X`, `project_id:X` or `experiment_id:X`."""
    said, _, name = text.partition(":")
    return name or None if said.startswith(kind) else None


def _marker(text: str) -> str | None:
    return "eval" if _TYPE(text) in ("eval", "score") else None


def _provider(text: str) -> str | None:
    return provider(inside("provider")(text) or "")


USAGE = UsageGroup(name="braintrust.metrics", raw=r"braintrust\.metrics", parse=_metrics)

DIALECT = Dialect(
    name="braintrust",
    prefixes=("braintrust.",),
    columns={
        "project": (Source("braintrust.parent", lambda text: _parent("project", text)),),
        "traffic_marker": (
            Source("braintrust.parent", lambda text: "eval" if _parent("experiment", text) else None),
            Source(_ATTRIBUTES, _marker),
        ),
    },
    fallbacks={
        "response_model": (Source("braintrust.metadata", inside("model")),),
        "provider": (Source("braintrust.metadata", _provider),),
    },
    kinds=(
        KindKey("braintrust.span_attributes.type", _KINDS),
        KindKey(_ATTRIBUTES, lambda text: _KINDS.get(_TYPE(text) or ""), only_known=True),
    ),
    usage=(USAGE,),
)
