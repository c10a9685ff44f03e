"""Mastra, from documents, not recorded: read from @mastra/otel-exporter 0.3.3.

Only `model_generation` and `rag_embedding` spans carry usage; the steps and chunks of a generation are its parts.
Input holds cache. A tool's success is no outcome of the task.
"""

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
    TokenRule,
)
from transforms.dialects.otel_genai import USAGE
from transforms.dialects.readings import error_unless, evaluator


def _kind(name: str) -> Meaning | None:
    if name.startswith("workflow_"):
        return Meaning(CONTAINER, "step")
    return Meaning(TOOL, "tool") if name.endswith("tool_call") else None


def _meaning(name: str) -> Meaning | None:
    return _KINDS.get(name) or _kind(name)


def _marker(text: str) -> str | None:
    return evaluator("evaluator" if text.strip().lower() == "scorer_run" else "")


_KINDS = {
    "model_generation": Meaning(REQUEST, "chat"),
    "rag_embedding": Meaning(REQUEST, "embeddings"),
    "model_step": Meaning(OTHER, "model_step"),
    "model_inference": Meaning(OTHER, "model_inference"),
    "model_chunk": Meaning(OTHER, "model_chunk"),
    "agent_run": Meaning(CONTAINER, "agent"),
    "workflow_run": Meaning(CONTAINER, "workflow"),
    "processor_run": Meaning(CONTAINER, "step"),
    "generic": Meaning(CONTAINER, "span"),
    "scorer_run": Meaning(EVALUATOR, "evaluation"),
}

DIALECT = Dialect(
    name="mastra",
    scopes=("@mastra/",),
    prefixes=("mastra.",),
    columns={"traffic_marker": (Source("mastra.span.type", _marker),)},
    fallbacks={"error_type": (Source("gen_ai.tool.success", error_unless("true")),)},
    kinds=(KindKey("mastra.span.type", _meaning),),
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE, scope="@mastra/"),),
)
