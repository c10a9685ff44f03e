"""Google's Agent Development Kit; read from version 2.13 and one recording.

`call_llm` repeats the usage of the `generate_content` span below it: both are requests, the election folds them.
Compaction of a conversation is the agent's overhead.
"""

from transforms.dialects.base import INCLUSIVE, REQUEST, Dialect, Meaning, NameRule, Source, TokenRule
from transforms.dialects.otel_genai import USAGE

DIALECT = Dialect(
    name="google_adk",
    scopes=("gcp.vertex.agent",),
    prefixes=("gcp.vertex.agent.",),
    columns={
        "session_id": ("gcp.vertex.agent.session_id",),
        "workflow_run_id": ("gcp.vertex.agent.invocation_id",),
        "feature": (Source("gen_ai.compaction.trigger", lambda _: "overhead"), "gen_ai.skill.name"),
    },
    name_rules=(NameRule("call_llm", Meaning(REQUEST, "chat")),),
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE),),
)
