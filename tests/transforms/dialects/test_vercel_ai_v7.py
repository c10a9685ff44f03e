"""Vercel AI SDK 7: spans written by hand from the keys of @ai-sdk/otel 1.0.173, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

USAGE: dict[str, Any] = {
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-sonnet-4-5",
    "gen_ai.agent.name": "summarise",
    "ai.settings.context.userId": "user-17",
    "ai.settings.context.sessionId": "sess-42",
    "gen_ai.usage.input_tokens": 170,
    "gen_ai.usage.output_tokens": 12,
    "gen_ai.usage.cache_read.input_tokens": 40,
    "gen_ai.usage.cache_creation.input_tokens": 30,
    "gen_ai.usage.characters": 900,  # a provider's own key: no count of ours
}
SAYS: dict[str, Any] = {
    "dialect": "vercel_ai_v7",
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "input_tokens": 170,
    "cached_input_tokens": 40,
    "cache_write_tokens": 30,
    "output_tokens": 12,
    "token_rule": "inclusive: vercel_ai_v7",
    "feature": "summarise",
    "session_id": "sess-42",
    "user_id": "user-17",
}


@pytest.mark.parametrize(
    ("sent", "role", "operation"),
    [
        ("chat", "request", "chat"),
        ("agent_step", "container", "step"),
        ("invoke_agent", "container", "agent"),
        ("execute_tool", "tool", "tool"),
    ],
)
def test_agents_and_steps_repeat_what_chats_used(sent: str, role: str, operation: str) -> None:
    answer = {"gen_ai.response.model": "claude-sonnet-4-5-20250929", "gen_ai.response.id": "msg_1"}
    row = read(USAGE | answer | {"gen_ai.operation.name": sent}, scope="gen_ai")
    said = {"response_model": "claude-sonnet-4-5-20250929", "response_id": "msg_1"}
    assert_read(row, **SAYS, **said, role=role, operation=operation)


def test_its_words_mean_nothing_elsewhere() -> None:
    row = read(USAGE | {"gen_ai.operation.name": "agent_step"}, scope="somebody.else")
    assert (row["role"], row["feature"], row["token_rule"]) == ("other", None, "inclusive: assumed")
