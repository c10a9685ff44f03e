"""GitHub Copilot, keys of readers of its spans: spans written by hand, not recorded."""

from typing import Any

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "github",
    "gen_ai.request.model": "auto",
    "gen_ai.response.model": "gpt-5.4",
    "gen_ai.conversation.id": "session-1",
    "gen_ai.usage.input_tokens": 2345,
    "gen_ai.usage.output_tokens": 91,
    "gen_ai.usage.cache_read.input_tokens": 512,
    "gen_ai.usage.cache_creation.input_tokens": 128,
    "github.copilot.nano_aiu": 750000000,
    "github.copilot.cost": 1,
    "github.copilot.service_request_id": "req-1",
}


def test_credits_are_no_dollars() -> None:
    assert_read(
        read(CALL), dialect="github_copilot", role="request", operation="chat", provider="github",
        request_model="auto", response_model="gpt-5.4", response_id="req-1", session_id="session-1",
        input_tokens=2345, cached_input_tokens=512, cache_write_tokens=128, output_tokens=91,
        token_rule="inclusive: github_copilot", reported_cost_usd=None, cost_error=None,
    )  # fmt: skip


def test_an_agents_sum_is_a_containers() -> None:
    row = read({"gen_ai.operation.name": "invoke_agent", "github.copilot.nano_aiu": 1}, scope="github.copilot")
    assert_read(row, role="container", operation="agent", reported_cost_usd=None)
