"""Codex CLI's spans, from documents, not recorded: read from parts of openai/codex and notes about it.

`handle_responses` is the request; `session_task.turn` and `codex.turn.*` sum a turn and are not read. Input holds
cache.
"""

from transforms.dialects.base import CONTAINER, INCLUSIVE, REQUEST, Dialect, Meaning, NameRule, TokenRule
from transforms.dialects.otel_genai import USAGE

DIALECT = Dialect(
    name="codex_cli",
    is_private=True,
    scopes=("codex",),
    prefixes=("codex.",),
    services=("codex_cli_rs", "codex-cli", "codex_exec", "codex_desktop"),
    fallbacks={"response_model": ("model",), "session_id": ("conversation.id",)},
    name_rules=(
        NameRule(r"handle_responses$", Meaning(REQUEST, "chat")),
        NameRule(r"(session_task\.turn|codex\.turn)\b", Meaning(CONTAINER, "agent"), overrides=True),
    ),
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE),),
)
