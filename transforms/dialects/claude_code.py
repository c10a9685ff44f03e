"""Claude Code's spans, from documents, not recorded: read from its monitoring page and a reader of these spans.

Spans are beta; logs carry the cost. Input leaves cache out. `attempt` is how many attempts were made in all, so it is
not this span's number; `gen_ai.system` says anthropic whoever serves. Failed tools and interactions have no status.
"""

from transforms.dialects.base import (
    CONTAINER,
    EXCLUSIVE,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    NameRule,
    Source,
    UsageGroup,
)
from transforms.dialects.readings import finish_reason, lower


def _kind(name: str) -> Meaning | None:
    return _KINDS.get(name.removeprefix("claude_code."), Meaning(OTHER, name))


def _speed(text: str) -> str | None:
    return None if lower(text) == "normal" else lower(text)


def _status(text: str) -> str | None:
    return None if text.startswith("2") else text


def _failed(text: str) -> str | None:
    return "error" if lower(text) == "false" else None


_KINDS = {
    "interaction": Meaning(CONTAINER, "agent"),
    "llm_request": Meaning(REQUEST, "chat"),
    "tool": Meaning(TOOL, "tool"),
}

USAGE = UsageGroup(
    name="claude_code",
    input_tokens=("input_tokens",),
    output_tokens=("output_tokens",),
    cached_input_tokens=("cache_read_tokens",),
    cache_write_tokens=("cache_creation_tokens",),
    rule=EXCLUSIVE,
)

DIALECT = Dialect(
    name="claude_code",
    is_private=True,
    scopes=("com.anthropic.claude_code",),
    names=tuple(f"claude_code.{name}" for name in (*_KINDS, "tool.execution", "tool.blocked_on_user", "hook")),
    columns={
        "finish_reason": (Source("stop_reason", finish_reason),),
        "service_tier": (Source("speed", _speed),),
        "feature": ("query_source",),
        "workflow_id": ("workflow.name",),
        "workflow_run_id": ("workflow.run_id",),
        "tool_name": ("tool_name",),
    },
    fallbacks={
        "response_model": ("model",),
        "response_id": ("request_id",),
        "user_id": ("user.account_uuid",),
        "error_type": (Source("status_code", _status), Source("success", _failed)),
    },
    kinds=(KindKey("span.type", _kind),),
    name_rules=tuple(NameRule(rf"claude_code\.{name}$", meaning) for name, meaning in _KINDS.items()),
    usage=(USAGE,),
)
