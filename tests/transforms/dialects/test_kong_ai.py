"""Kong AI Gateway, keys of its OpenTelemetry page: spans written by hand, not recorded."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "kong.gen_ai.llm.cost": 0.0042,
    "kong.auth.consumer.name": "search",
    "kong.workspace.name": "default",
    "kong.gen_ai.request.mode": "stream",
}


@pytest.mark.parametrize(("status", "is_hit"), [("hit", True), ("Miss", False), ("bypass", None)])
def test_a_call(status: str, is_hit: bool | None) -> None:
    assert_read(
        read(CALL | {"kong.gen_ai.cache.status": status}), dialect="kong_ai", role="request", operation="chat",
        provider="openai", request_model="gpt-4o", input_tokens=100, output_tokens=20, token_rule="inclusive: assumed",
        reported_cost_usd=Decimal("0.0042"), reported_cost_kind="client", team="search", project="default",
        is_stream=True, is_cache_hit=is_hit,
    )  # fmt: skip
