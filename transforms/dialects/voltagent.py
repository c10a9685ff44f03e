"""VoltAgent, from documents, not recorded: read from its agents' trace context and MLflow's reader of its spans.

`span.type` says what a span is; `entity.type` names the agent around it and is its own only on the agent's span, which
sums the calls below it and, in older versions, tells of the only ones.
"""

from transforms.dialects.base import CONTAINER, OTHER, REQUEST, TOOL, Dialect, KindKey, Meaning, UsageGroup
from transforms.dialects.traceloop import LEGACY_USAGE

_KINDS = {
    "agent": Meaning(CONTAINER, "agent"),
    "workflow": Meaning(CONTAINER, "workflow"),
    "llm": Meaning(REQUEST, "chat"),
    "embedding": Meaning(REQUEST, "embeddings"),
    "tool": Meaning(TOOL, "tool"),
    "retriever": Meaning(TOOL, "retrieval"),
    "memory": Meaning(OTHER, "memory"),
}

USAGE = UsageGroup(
    name="usage",
    input_tokens=("usage.prompt_tokens",),
    output_tokens=("usage.completion_tokens",),
    cached_input_tokens=("usage.cached_tokens",),
    reasoning_tokens=("usage.reasoning_tokens",),
    total_tokens=("usage.total_tokens",),
)

DIALECT = Dialect(
    name="voltagent",
    is_private=True,
    scopes=("@voltagent/", "voltagent"),
    prefixes=("voltagent.",),
    columns={
        "session_id": ("voltagent.conversation_id", "conversation.id"),
        "workflow_run_id": ("voltagent.operation_id", "operation.id"),
    },
    fallbacks={
        "request_model": ("llm.model", "ai.model.name"),
        "agent_name": ("entity.name",),
    },
    kinds=(KindKey("span.type", _KINDS), KindKey("entity.type", _KINDS)),
    usage=(USAGE, LEGACY_USAGE),
)
