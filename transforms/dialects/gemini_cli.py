"""Gemini CLI's spans and logs, from documents, not recorded: read from google-gemini/gemini-cli at 5411f113.

Output is the candidates only. Spans do not say how many thoughts came on top, so theirs is at least that; the log
event does, and how many tokens of tools came on top of the input. The standard's `operation.details` event is sent
beside it and is not read.
"""

from transforms.dialects.base import (
    CONTAINER,
    EXCLUSIVE_OUTPUT,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    LogEvent,
    Meaning,
    NameRule,
    Source,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import OPERATIONS, USAGE
from transforms.dialects.readings import finish_reason

LOG_USAGE = UsageGroup(
    name="gemini_cli log",
    input_tokens=("input_token_count",),
    output_tokens=("output_token_count",),
    cached_input_tokens=("cached_content_token_count",),
    reasoning_tokens=("thoughts_token_count",),
    total_tokens=("total_token_count",),
    further_input_tokens="tool_token_count",
)


def _status(text: str) -> str | None:
    return None if text.startswith("2") else text


DIALECT = Dialect(
    name="gemini_cli",
    is_private=True,
    scopes=("gemini-cli",),
    services=("gemini-cli",),
    names=("gemini_cli.api_response", "gemini_cli.api_error"),
    columns={"task_id": ("prompt_id",), "feature": ("role",)},
    fallbacks={
        "response_model": ("model",),
        "finish_reason": (Source("finish_reasons", finish_reason),),
        "error_type": ("error_type", Source("status_code", _status)),
    },
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
    name_rules=(NameRule(r"gemini_cli\.api_(response|error)$", Meaning(REQUEST, "chat")),),
    usage=(USAGE, LOG_USAGE),
    token_rules=(TokenRule(EXCLUSIVE_OUTPUT),),
    log_events=(
        LogEvent("gemini_cli.api_response", duration_ms="duration_ms"),
        LogEvent("gemini_cli.api_error", duration_ms="duration_ms", is_error=True),
    ),
)
