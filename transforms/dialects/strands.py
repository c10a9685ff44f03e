"""Strands Agents, from documents, not recorded: read from strands-agents 1.62.0.

From 1.34 input holds cache; before, it is Bedrock's uncached number. Spans do not say their version, but pass on the
provider's total, which tells. Every count is written under two names. `invoke_agent` sums the agent's whole life, so a
second turn includes the first. `strands-agents` is no provider. A tool's status is no outcome of the task.
"""

from transforms.dialects.base import CONTAINER, Dialect, KindKey, Meaning, Source
from transforms.dialects.otel_genai import OPERATIONS, USAGE
from transforms.dialects.readings import error_if

DIALECT = Dialect(
    name="strands",
    is_private=True,
    scopes=("strands.", "strands-agents"),
    keys=("event_loop.cycle_id",),
    fallbacks={"error_type": (Source("gen_ai.tool.status", error_if("error")),)},
    kinds=(
        KindKey(
            "gen_ai.operation.name",
            {**OPERATIONS, "execute_event_loop_cycle": Meaning(CONTAINER, "event_loop_cycle")},
            rank=1,
        ),
    ),
    usage=(USAGE,),
)
