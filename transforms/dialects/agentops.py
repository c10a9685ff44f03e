"""AgentOps, from documents, not recorded: read from agentops 0.4.21.

Counts use OpenLLMetry's old names. A session's end state is the outcome of its task.
"""

from transforms.dialects.base import CONTAINER, OTHER, REQUEST, TOOL, Dialect, KindKey, Meaning, Source
from transforms.dialects.otel_genai import USAGE


def _outcome(text: str) -> str | None:
    """`Success`, `Indeterminate`, or what went wrong."""
    state = text.strip().lower().rpartition(".")[2]
    if state.startswith("success"):
        return "success"
    return "failure" if state.startswith(("error", "fail")) else None


def _failed(status: str) -> str | None:
    """A failed step is an error; how one ended is no outcome of the task."""
    return "error" if status.strip().lower().startswith(("error", "fail")) else None


DIALECT = Dialect(
    name="agentops",
    scopes=("agentops",),
    prefixes=("agentops.",),
    columns={
        "reported_cost_usd": ("gen_ai.usage.total_cost",),
        "task_outcome": (Source("agentops.session.end_state", _outcome),),
        "is_stream": ("gen_ai.request.streaming",),
    },
    fallbacks={
        "workflow_id": ("workflow.name", "workflow.workflow_id"),
        "workflow_run_id": ("workflow.run_id",),
        "session_id": ("workflow.session_id",),
        "user_id": ("workflow.user_id",),
        "environment": ("agentops.environment",),
        "project": ("agentops.project.id",),
        "error_type": (Source("workflow.step.status", _failed),),
    },
    kinds=(
        KindKey(
            "agentops.span.kind",
            {
                "llm": Meaning(REQUEST, "chat"),
                "embedding": Meaning(REQUEST, "embeddings"),
                "agent": Meaning(CONTAINER, "agent"),
                "workflow": Meaning(CONTAINER, "workflow"),
                "session": Meaning(CONTAINER, "workflow"),
                "task": Meaning(CONTAINER, "step"),
                "operation": Meaning(CONTAINER, "step"),
                "chain": Meaning(CONTAINER, "chain"),
                "guardrail": Meaning(CONTAINER, "guardrail"),
                "tool": Meaning(TOOL, "tool"),
                "http": Meaning(OTHER, "http"),
            },
        ),
    ),
    usage=(USAGE,),
)
