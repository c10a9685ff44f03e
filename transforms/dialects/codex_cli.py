"""Codex CLI's spans and logs, from documents, not recorded: read from parts of openai/codex and notes about it.

`handle_responses` is the request; `session_task.turn` and `codex.turn.*` sum a turn and are not read. Input holds
cache. Of the log events `codex.sse_event` of kind `response.completed` carries the counts, as printed numbers;
`tool_token_count` is the total. `codex.api_request` tells of requests that failed before there was a stream.
"""

from transforms.dialects.base import (
    CONTAINER,
    INCLUSIVE,
    REQUEST,
    Dialect,
    LogEvent,
    Meaning,
    NameRule,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import USAGE

LOG_USAGE = UsageGroup(
    name="codex_cli log",
    input_tokens=("input_token_count",),
    output_tokens=("output_token_count",),
    cached_input_tokens=("cached_token_count",),
    reasoning_tokens=("reasoning_token_count",),
    total_tokens=("tool_token_count",),
)

DIALECT = Dialect(
    name="codex_cli",
    is_private=True,
    scopes=("codex",),
    prefixes=("codex.",),
    services=("codex_cli_rs", "codex-cli", "codex_exec", "codex_desktop"),
    names=("codex.sse_event", "codex.api_request"),
    fallbacks={"response_model": ("model",), "session_id": ("conversation.id",)},
    name_rules=(
        NameRule(r"handle_responses$", Meaning(REQUEST, "chat")),
        NameRule(r"codex\.(sse_event|api_request)$", Meaning(REQUEST, "chat")),
        NameRule(r"(session_task\.turn|codex\.turn)\b", Meaning(CONTAINER, "agent"), overrides=True),
    ),
    usage=(USAGE, LOG_USAGE),
    token_rules=(TokenRule(INCLUSIVE),),
    log_events=(
        LogEvent("codex.sse_event", where=("event.kind", "response.completed")),
        LogEvent("codex.sse_event", needs="error.message", is_error=True),
        LogEvent("codex.api_request", needs="error.message", duration_ms="duration_ms", is_error=True),
    ),
)
