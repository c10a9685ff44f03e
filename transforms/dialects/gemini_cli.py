"""Gemini CLI's spans, from documents, not recorded: read from google-gemini/gemini-cli at 5411f113.

Output is the candidates only, and spans do not say how many thoughts came on top (logs do): output is at least that.
"""

from transforms.dialects.base import (
    CONTAINER,
    EXCLUSIVE_OUTPUT,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    TokenRule,
)
from transforms.dialects.otel_genai import OPERATIONS, USAGE

DIALECT = Dialect(
    name="gemini_cli",
    is_private=True,
    scopes=("gemini-cli",),
    services=("gemini-cli",),
    kinds=(
        KindKey(
            "gen_ai.operation.name",
            {
                **OPERATIONS,
                "llm_call": Meaning(REQUEST, "chat"),
                "agent_call": Meaning(CONTAINER, "agent"),
                "user_prompt": Meaning(CONTAINER, "workflow"),
                "schedule_tool_calls": Meaning(CONTAINER, "step"),
                "tool_call": Meaning(TOOL, "tool"),
                "system_prompt": Meaning(OTHER, "system_prompt"),
            },
            rank=1,
        ),
    ),
    usage=(USAGE,),
    token_rules=(TokenRule(EXCLUSIVE_OUTPUT),),
)
