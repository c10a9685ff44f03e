"""Vercel AI SDK 7 (scope `gen_ai`), from documents, not recorded: read from @ai-sdk/otel 1.0.173.

`invoke_agent` and `agent_step` repeat the usage of the `chat` spans below them. A provider's odd usage keys are written
under `gen_ai.usage.*` too (characters, seconds): only known keys are read. `gen_ai.agent.name` is the function's id.
"""

from transforms.dialects.base import CONTAINER, INCLUSIVE, Dialect, KindKey, Meaning, TokenRule
from transforms.dialects.otel_genai import OPERATIONS, USAGE

DIALECT = Dialect(
    name="vercel_ai_v7",
    is_private=True,
    scopes=("gen_ai",),
    fallbacks={
        "feature": ("gen_ai.agent.name",),
        "session_id": ("ai.settings.context.sessionId",),
        "user_id": ("ai.settings.context.userId",),
    },
    kinds=(KindKey("gen_ai.operation.name", {**OPERATIONS, "agent_step": Meaning(CONTAINER, "step")}, rank=1),),
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE),),
)
