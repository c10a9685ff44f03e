"""Microsoft Agent Framework, from documents, not recorded: read from agent-framework-core 1.23.0.

`chat` spans pass on what the provider's connector said; what input holds is known for none of them, so only figures
prove anything. `invoke_agent` sums the chats inside. Finish reasons are an array written as a string.
"""

from transforms.dialects.base import CONTAINER, OTHER, Dialect, Meaning, NameRule
from transforms.dialects.otel_genai import USAGE

DIALECT = Dialect(
    name="agent_framework",
    is_private=True,
    scopes=("agent_framework",),
    columns={
        "workflow_id": ("workflow.name", "workflow_builder.name", "workflow.id"),
        "step": ("executor.id",),
    },
    name_rules=(
        NameRule(r"workflow\.run\b", Meaning(CONTAINER, "workflow")),
        NameRule(r"executor\.process\b", Meaning(CONTAINER, "step")),
        NameRule(r"(workflow\.build|message\.send|edge_group\.process)\b", Meaning(OTHER, "workflow")),
    ),
    usage=(USAGE,),
)
