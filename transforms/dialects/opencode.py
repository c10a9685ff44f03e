"""opencode's observer plugin, from documents, not recorded: read from its trace schema.

Input holds cache, output reasoning. A span covers all tries of a request: `opencode.llm.retry_count` is how many there
were, not this span's number, and usage is the last one's. `compaction` repeats the usage of the summary below it. The
cost is an estimate.
"""

from transforms.dialects.base import CONTAINER, INCLUSIVE, Dialect, KindKey, Meaning, Source, TokenRule
from transforms.dialects.otel_genai import USAGE
from transforms.dialects.readings import provider


def _overhead(_: str) -> str | None:
    return "overhead"


DIALECT = Dialect(
    name="opencode",
    scopes=("opencode",),
    prefixes=("opencode.",),
    columns={
        "workflow_run_id": ("opencode.run.id",),
        "feature": (Source("opencode.compaction.id", _overhead),),
        "reported_cost_usd": ("opencode.llm.cost.total",),
    },
    fallbacks={
        "provider": (Source("opencode.provider.id", provider),),
        "agent_name": ("opencode.agent.type",),
    },
    kinds=(KindKey("opencode.compaction.auto", lambda _: Meaning(CONTAINER, "compaction")),),
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE),),
)
