"""Genkit, from documents, not recorded: read from its list of span attributes and from what Langfuse's server reads.

Usage stands only inside what a model gave back (`genkit:output`), so it is unknown where contents are redacted.
Gemini's output leaves thoughts out, other plugins' holds them: the reported total tells. The model is the last part of
`genkit:path`, behind its plugin's name; `genkit:name` is the name of any action.
"""

import re
from collections.abc import Mapping

from transforms import raw_usage
from transforms.dialects.base import (
    CONTAINER,
    EVALUATOR,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    Source,
    UsageGroup,
)
from transforms.dialects.readings import evaluator, provider

_LONGEST = 1_000_000  # characters of an answer that is searched for its usage
_MODEL = re.compile(
    r"/\{(?:(?P<plugin>[\w-]+)/)?(?P<model>[^{},]+),[^{}]*s:(?:background-)?(?:model|embedder)\b[^{}]*\}$"
)
_PLUGINS = {"googleai": "gcp.gemini", "vertexai": "gcp.vertex_ai"}


def _usage(text: str) -> raw_usage.Counts | None:
    usage = (raw_usage.mapping(text, _LONGEST) or {}).get("usage")
    if not isinstance(usage, Mapping):
        return None
    return raw_usage.known(
        input_tokens=raw_usage.count(usage, "inputTokens"),
        output_tokens=raw_usage.count(usage, "outputTokens"),
        cached_input_tokens=raw_usage.count(usage, "cachedContentTokens"),
        reasoning_tokens=raw_usage.count(usage, "thoughtsTokens"),
        total_tokens=raw_usage.count(usage, "totalTokens"),
    )


def _model(path: str) -> str | None:
    found = _MODEL.search(path)
    return found["model"] if found else None


def _provider(path: str) -> str | None:
    found = _MODEL.search(path)
    plugin = (found["plugin"] if found else None) or ""
    return provider(_PLUGINS.get(plugin, plugin))


USAGE = UsageGroup(name="genkit:output", raw="genkit:output", parse=_usage)

DIALECT = Dialect(
    name="genkit",
    scopes=("genkit-tracer",),
    prefixes=("genkit:",),
    columns={
        "request_model": (Source("genkit:path", _model),),
        "provider": (Source("genkit:path", _provider),),
        "session_id": ("genkit:sessionId",),
        "traffic_marker": (Source("genkit:metadata:subtype", evaluator),),
    },
    kinds=(
        KindKey(
            "genkit:metadata:subtype",
            {
                "model": Meaning(REQUEST, "chat"),
                "background-model": Meaning(REQUEST, "chat"),
                "embedder": Meaning(REQUEST, "embeddings"),
                "reranker": Meaning(REQUEST, "rerank"),
                "flow": Meaning(CONTAINER, "workflow"),
                "agent": Meaning(CONTAINER, "agent"),
                "util": Meaning(CONTAINER, "chain"),
                "tool": Meaning(TOOL, "tool"),
                "tool.v2": Meaning(TOOL, "tool"),
                "retriever": Meaning(TOOL, "retrieval"),
                "evaluator": Meaning(EVALUATOR, "evaluation"),
                "prompt": Meaning(OTHER, "prompt"),
            },
        ),
    ),
    usage=(USAGE,),
)
