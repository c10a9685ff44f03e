"""Haystack's own tracing, from documents, not recorded: read from haystack-ai 3.4.1.

What a component is follows from its class. Usage and model stand only inside what a generator or embedder gave back
(`haystack.component.output`), and only where content tracing is on; without it a request's usage is unknown.
`haystack.component.visits` counts loops of a pipeline, not attempts.
"""

import json
from collections.abc import Iterator, Mapping
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
    NameRule,
    Source,
    UsageGroup,
)

_OUTPUT = "haystack.component.output"
_LONGEST = 1_000_000  # characters of an answer that is searched for its usage


def _metas(text: str) -> Iterator[Mapping[str, Any]]:
    """What stands beside each answer: in chat replies, or in one list or object for all."""
    output = raw_usage.mapping(text, _LONGEST) or {}
    replies, meta = output.get("replies"), output.get("meta")
    answers = replies if isinstance(replies, list) else []
    beside = [reply.get("meta", reply.get("_meta")) for reply in answers if isinstance(reply, Mapping)]
    beside += meta if isinstance(meta, list) else [meta]
    return (one for one in beside if isinstance(one, Mapping))


def _usage(text: str) -> raw_usage.Counts | None:
    """All answers of one request share its usage: the first one's."""
    for meta in _metas(text):
        usage = meta.get("usage")
        counts = raw_usage.parse(json.dumps(usage)) if isinstance(usage, Mapping) else None
        if counts:
            return counts
    return None


def _model(text: str) -> str | None:
    return next((str(meta["model"]) for meta in _metas(text) if isinstance(meta.get("model"), str)), None)


def _component(name: str) -> Meaning:
    if name.startswith(("sentencetransformers", "huggingfacelocal", "transformers", "fastembed")):
        return Meaning(OTHER, "local_model")  # nobody bills it
    for ending, meaning in (
        ("imagegenerator", Meaning(REQUEST, "image")),
        ("generator", Meaning(REQUEST, "chat")),
        ("embedder", Meaning(REQUEST, "embeddings")),
        ("agent", Meaning(CONTAINER, "agent")),
        ("toolinvoker", Meaning(TOOL, "tool")),
        ("retriever", Meaning(TOOL, "retrieval")),
        ("evaluator", Meaning(EVALUATOR, "evaluation")),
    ):
        if name.endswith(ending):
            return meaning
    return Meaning(OTHER, "component")


USAGE = UsageGroup(name=_OUTPUT, raw=r"haystack\.component\.output", parse=_usage, rule=INCLUSIVE)

DIALECT = Dialect(
    name="haystack",
    prefixes=("haystack.",),
    columns={
        "step": ("haystack.component.name",),
        "tool_name": ("haystack.tool.name",),
    },
    fallbacks={
        "response_model": (Source(_OUTPUT, _model),),
        "error_type": ("haystack.tool.error",),
    },
    kinds=(KindKey("haystack.component.type", _component),),
    name_rules=(
        NameRule(r"haystack\.(async_)?pipeline\.run", Meaning(CONTAINER, "workflow")),
        NameRule(r"haystack\.agent\.run", Meaning(CONTAINER, "agent")),
        NameRule(r"haystack\.tool\b", Meaning(TOOL, "tool")),
        NameRule(r"haystack\.component\.run", Meaning(CONTAINER, "step")),
    ),
    usage=(USAGE,),
)
