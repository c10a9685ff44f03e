"""OpenRouter Broadcast, keys of its webhook guide: spans written by hand, not recorded."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "anthropic/claude-sonnet-4.5",
    "gen_ai.response.model": "anthropic/claude-sonnet-4.5",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "user.id": "user-17",
    "session.id": "sess-42",
}
SAYS: dict[str, Any] = {
    "dialect": "openrouter",
    "role": "request",
    "operation": "chat",
    "provider": "anthropic",
    "request_model": "anthropic/claude-sonnet-4.5",
    "response_model": "anthropic/claude-sonnet-4.5",
    "input_tokens": 100,
    "output_tokens": 20,
    "token_rule": "inclusive: openrouter",
    "user_id": "user-17",
    "session_id": "sess-42",
}


@pytest.mark.parametrize("key", ["gen_ai.usage.total_cost", "gen_ai.usage.cost"])
def test_who_bills_says_the_cost(key: str) -> None:
    row = read(CALL | {key: 0.0042}, resource={"service.name": "openrouter"})
    assert_read(row, **SAYS, reported_cost_usd=Decimal("0.0042"), reported_cost_kind="provider")
    elsewhere = read(CALL | {key: 0.0042}, resource={"service.name": "my-app"})
    assert (elsewhere["reported_cost_usd"], elsewhere["reported_cost_kind"]) == (Decimal("0.0042"), "client")


def test_a_users_trace_field_tells_it_too() -> None:
    assert_read(read(CALL | {"trace.metadata.feature": "search"}), **SAYS)
