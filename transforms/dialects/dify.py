"""Dify, from documents, not recorded: read from langgenius/dify at 6960f043.

Nodes carry `gen_ai.framework` and Alibaba's `gen_ai.span.kind`, which its own agents write too. There are no cache
counts. A run started from the editor's debugger is work on the application, so it is ops traffic. Providers are named
by their plugin's path (`langgenius/openai/openai`).
"""

from transforms.dialects.base import CONTAINER, REQUEST, TOOL, Dialect, KindKey, Meaning, Source
from transforms.dialects.otel_genai import USAGE


def _known(text: str) -> str | None:
    """Dify writes `unknown` where it has no id."""
    return None if text == "unknown" else text


def _traffic(text: str) -> str | None:
    return "ops" if text.strip().rpartition(".")[2].lower() == "debugger" else None


DIALECT = Dialect(
    name="dify",
    keys=("gen_ai.framework",),
    prefixes=("dify.",),
    columns={
        "traffic_source": (Source("dify.invoke_from", _traffic),),
        "is_stream": ("dify.streaming",),
        "team": (Source("dify.tenant_id", _known),),
        "project": (Source("dify.app_id", _known),),
        "workflow_id": (Source("dify.workflow_id", _known),),
    },
    kinds=(
        KindKey(
            "gen_ai.span.kind",
            {
                "llm": Meaning(REQUEST, "chat"),
                "embedding": Meaning(REQUEST, "embeddings"),
                "reranker": Meaning(REQUEST, "rerank"),
                "entry": Meaning(CONTAINER, "workflow"),
                "workflow": Meaning(CONTAINER, "workflow"),
                "agent": Meaning(CONTAINER, "agent"),
                "chain": Meaning(CONTAINER, "chain"),
                "task": Meaning(CONTAINER, "step"),
                "step": Meaning(CONTAINER, "step"),
                "tool": Meaning(TOOL, "tool"),
                "retriever": Meaning(TOOL, "retrieval"),
            },
        ),
    ),
    usage=(USAGE,),
)
