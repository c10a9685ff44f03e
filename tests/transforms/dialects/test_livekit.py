"""LiveKit Agents, keys of its list of span attributes: spans written by hand, not recorded."""

import json
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

SCOPE = "livekit-agents"
CALL: dict[str, Any] = {
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.provider.name": "openai",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "lk.pii.chat_ctx": "secret text",
    "lk.response.text": "secret text",
    "lk.llm_metrics": json.dumps({"request_id": "chatcmpl-1", "ttft": 0.2}),
    "lk.room_name": "room-1",
    "lk.job_id": "job-1",
    "lk.agent_name": "greeter",
}


@pytest.mark.parametrize("cached", ["cache_read.input_tokens", "input_cached_tokens"])
def test_a_request(cached: str) -> None:
    row = read(CALL | {f"gen_ai.usage.{cached}": 40}, scope=SCOPE, name="llm_request")
    assert_read(
        row, dialect="livekit", role="request", operation="chat", provider="openai", request_model="gpt-4o",
        response_id="chatcmpl-1", input_tokens=100, cached_input_tokens=40, output_tokens=20,
        token_rule="inclusive: assumed", session_id="room-1", workflow_run_id="job-1", agent_name="greeter",
    )  # fmt: skip
    assert "secret text" not in str(row)


@pytest.mark.parametrize(
    ("name", "role", "operation"),
    [
        ("llm_request_run", "other", "attempt"),
        ("llm_node", "container", "step"),
        ("tts_request", "request", "audio"),
        ("realtime_metrics", "request", "chat"),
        ("agent_turn", "container", "agent"),
        ("function_tool", "tool", "tool"),
    ],
)
def test_names(name: str, role: str, operation: str) -> None:
    assert_read(read({"lk.speech_id": "s"}, scope=SCOPE, name=name), role=role, operation=operation)


def test_tries_are_counted_from_0_and_failed_tools_are_errors() -> None:
    assert read({"lk.retry_count": 1}, scope=SCOPE, name="llm_request_run")["attempt"] == 1
    tool = {"lk.function_tool.name": "search", "lk.function_tool.is_error": True}
    row = read(tool, scope=SCOPE, name="function_tool")
    assert (row["tool_name"], row["error_type"]) == ("search", "error")
