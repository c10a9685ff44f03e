"""CrewAI's own tracer, from documents, not recorded: read from crewai 1.15.30.

It tells how crews are made up, never what a model used: calls are told by whatever instruments the client. Its plain
keys (`llm`, `model_name`) describe agents, not requests.
"""

from transforms.dialects.base import CONTAINER, OTHER, TOOL, Dialect, Meaning, NameRule

DIALECT = Dialect(
    name="crewai",
    is_private=True,
    scopes=("crewai.telemetry",),
    keys=("crew_key", "crew_id"),
    columns={
        "workflow_id": ("flow_name", "crew_key", "crew_id"),
        "attempt": ("attempts",),  # of a tool
        "tool_name": ("tool_name",),
        "error_type": ("error_type",),
    },
    fallbacks={"request_model": ("model_name", "llm")},
    name_rules=(
        NameRule(r"Crew (Created|Execution)|Flow ", Meaning(OTHER, "workflow")),
        NameRule(r"Task Execution", Meaning(CONTAINER, "step")),
        NameRule(r"Tool ", Meaning(TOOL, "tool")),
    ),
)
