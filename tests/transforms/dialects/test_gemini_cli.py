"""Gemini CLI's spans, keys of google-gemini/gemini-cli at 5411f113: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

RESOURCE = {"service.name": "gemini-cli"}
CALL: dict[str, Any] = {
    "gen_ai.operation.name": "llm_call",
    "gen_ai.agent.name": "gemini-cli",
    "gen_ai.conversation.id": "conv-1",
    "gen_ai.request.model": "gemini-2.5-pro",
    "gen_ai.prompt.name": "main",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
}


def test_output_is_the_candidates_only() -> None:
    assert_read(
        read(CALL, scope="gemini-cli", resource=RESOURCE), dialect="gemini_cli", role="request", operation="chat",
        request_model="gemini-2.5-pro", session_id="conv-1", agent_name="gemini-cli", prompt_name="main",
        input_tokens=100, output_tokens=20, token_rule="exclusive_output: gemini_cli",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "role", "said"),
    [
        ("agent_call", "container", "agent"),
        ("user_prompt", "container", "workflow"),
        ("schedule_tool_calls", "container", "step"),
        ("tool_call", "tool", "tool"),
        ("system_prompt", "other", "system_prompt"),
    ],
)
def test_kinds(operation: str, role: str, said: str) -> None:
    assert_read(read({"gen_ai.operation.name": operation}, resource=RESOURCE), role=role, operation=said)
