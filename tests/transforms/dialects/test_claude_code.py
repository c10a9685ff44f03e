"""Claude Code's spans, keys of its monitoring page: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

SCOPE = "com.anthropic.claude_code.tracing"
CALL: dict[str, Any] = {
    "span.type": "llm_request",
    "model": "claude-opus-5[1m]",
    "gen_ai.system": "anthropic",
    "gen_ai.request.model": "claude-opus-5[1m]",
    "input_tokens": 3,
    "output_tokens": 442,
    "cache_read_tokens": 7917,
    "cache_creation_tokens": 350,
    "attempt": 2,
    "success": True,
    "stop_reason": "end_turn",
    "request_id": "req_1",
    "query_source": "compact",
    "speed": "fast",
    "session.id": "sess-42",
    "user.account_uuid": "user-17",
    "workflow.name": "review",
}
SAYS: dict[str, Any] = {
    "role": "request",
    "operation": "chat",
    "provider": "anthropic",
    "request_model": "claude-opus-5[1m]",
    "response_model": "claude-opus-5[1m]",
    "response_id": "req_1",
    "finish_reason": "end_turn",
    "service_tier": "fast",
    "feature": "compact",
    "session_id": "sess-42",
    "user_id": "user-17",
    "workflow_id": "review",
    "attempt": None,  # it says how many were made in all
    "output_tokens": 442,
}


def test_input_leaves_cache_out() -> None:
    assert_read(
        read(CALL, scope=SCOPE, name="claude_code.llm_request"), **SAYS, dialect="claude_code", input_tokens=8270,
        cached_input_tokens=7917, cache_write_tokens=350, token_rule="exclusive: cache exceeds input", error_type=None,
    )  # fmt: skip
    small = {"input_tokens": 500, "cache_read_tokens": 40, "cache_creation_tokens": 7}
    assert_read(
        read(CALL | small, scope=SCOPE), **SAYS, input_tokens=547, cached_input_tokens=40, cache_write_tokens=7,
        token_rule="exclusive: claude_code",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "role", "operation"),
    [
        ("interaction", "container", "agent"),
        ("claude_code.interaction", "container", "agent"),
        ("claude_code.llm_request", "request", "chat"),
        ("tool", "tool", "tool"),
        ("tool.execution", "other", "tool.execution"),
    ],
)
def test_kinds(type_: str, role: str, operation: str) -> None:
    assert_read(read({"span.type": type_}, scope=SCOPE), role=role, operation=operation)
    if not type_.startswith("claude_code."):
        row = read({}, name=f"claude_code.{type_}")
        assert row["role"] == role


def test_failures_have_no_status() -> None:
    assert read({"success": "false", "status_code": "529"}, scope=SCOPE)["error_type"] == "529"
    assert read({"success": False}, scope=SCOPE)["error_type"] == "error"
    assert read({"success": True, "status_code": "200"}, scope=SCOPE)["error_type"] is None


def test_its_words_mean_nothing_elsewhere() -> None:
    row = read(CALL, scope="some.app")
    assert (row["role"], row["response_model"], row["response_id"], row["feature"]) == ("other", None, None, None)
    assert (row["input_tokens"], row["dialect"]) == (3, "bare")


def test_contents_are_hidden() -> None:
    assert "secret text" not in str(read({"user_prompt": "secret text"}, scope=SCOPE))
