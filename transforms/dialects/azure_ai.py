"""Azure AI Agents and Projects SDKs, from documents, not recorded: read from azure-ai-projects 2.10.0.

The service runs the agent, so a `process_thread_run` tells one sum for all its requests, and no span below it tells
more. How the run ended is the outcome of its task; a single step's end (`gen_ai.run_step.status`) is none. The system
`az.ai.agents` is no provider.
"""

from transforms.dialects.base import CONTAINER, OTHER, Dialect, KindKey, Meaning, Source
from transforms.dialects.otel_genai import OPERATIONS, USAGE

_ENDS = {"completed": "success", "failed": "failure", "expired": "failure", "incomplete": "failure"}


def _outcome(text: str) -> str | None:
    """`completed` or `RunStatus.COMPLETED`; a run that goes on or was cancelled has none."""
    return _ENDS.get(text.strip().rpartition(".")[2].lower())


_RUN = Meaning(CONTAINER, "agent")

DIALECT = Dialect(
    name="azure_ai",
    is_private=True,
    scopes=("azure.ai.agents", "azure.ai.projects"),
    prefixes=("gen_ai.thread.", "gen_ai.run_step."),
    columns={
        "task_outcome": (Source("gen_ai.thread.run.status", _outcome),),
        "workflow_run_id": ("gen_ai.thread.run.id",),
        "workflow_id": ("gen_ai.agent.workflow",),
    },
    fallbacks={"session_id": ("gen_ai.thread.id",)},
    kinds=(
        KindKey(
            "gen_ai.operation.name",
            {
                **OPERATIONS,
                "process_thread_run": _RUN,
                "start_thread_run": _RUN,
                "create_thread_run": _RUN,
                "submit_tool_outputs": Meaning(OTHER, "submit_tool_outputs"),
            },
            rank=1,
        ),
    ),
    usage=(USAGE,),
)
