"""Claude Code's spans, logs and metrics, from documents, not recorded: its monitoring page and a reader of its spans.

Spans are beta; logs carry the cost (list price: comparison only), metrics what a session used. Input leaves cache
out. `attempt` is how many attempts were made in all, so it is not this span's number; `gen_ai.system` says anthropic
whoever serves. Failed tools and interactions have no status.
"""

from transforms.dialects.base import (
    CONTAINER,
    EXCLUSIVE,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    LogEvent,
    Meaning,
    MetricUsage,
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


def _dollars(micros: str) -> str | None:
    return f"{micros}e-6"


def _failed(text: str) -> str | None:
    return "error" if lower(text) == "false" else None


_KINDS = {
    "interaction": Meaning(CONTAINER, "agent"),
    "llm_request": Meaning(REQUEST, "chat"),
    "tool": Meaning(TOOL, "tool"),
}

_RECORDS = {
    "api_request": Meaning(REQUEST, "chat"),
    "api_error": Meaning(REQUEST, "chat"),
    "token.usage": Meaning(CONTAINER, "agent"),
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
    services=("claude-code",),
    names=tuple(
        f"claude_code.{name}" for name in (*_KINDS, *_RECORDS, "tool.execution", "tool.blocked_on_user", "hook")
    ),
    columns={
        "finish_reason": (Source("stop_reason", finish_reason),),
        "service_tier": (Source("speed", _speed),),
        "feature": ("query_source",),
        "workflow_id": ("workflow.name",),
        "workflow_run_id": ("workflow.run_id",),
        "tool_name": ("tool_name",),
        "task_id": ("prompt.id",),
        "cost_center": ("organization.id",),
        "reported_cost_usd": (Source("cost_usd"), Source("cost_usd_micros", _dollars)),
    },
    fallbacks={
        "response_model": ("model",),
        "response_id": ("request_id", "message_id"),
        "user_id": ("user.account_uuid",),
        "error_type": (Source("status_code", _status), Source("success", _failed)),
    },
    kinds=(KindKey("span.type", _kind),),
    name_rules=tuple(NameRule(rf"claude_code\.{name}$", meaning) for name, meaning in {**_KINDS, **_RECORDS}.items()),
    usage=(USAGE,),
    log_events=(
        LogEvent("claude_code.api_request", id=("request_id", "message_id"), duration_ms="duration_ms"),
        LogEvent("claude_code.api_error", id=("request_id",), duration_ms="duration_ms", is_error=True),
    ),
    metrics=(
        MetricUsage(
            tokens="claude_code.token.usage",
            kind="type",
            counts={
                "input": "input_tokens",
                "output": "output_tokens",
                "cacheRead": "cache_read_tokens",
                "cacheCreation": "cache_creation_tokens",
            },
            cost="claude_code.cost.usage",
            cost_attribute="cost_usd",
            always=("input_tokens", "output_tokens"),
        ),
    ),
)
