"""Logfire's OpenAI and Anthropic integrations, keys of pydantic/logfire: spans written by hand, not recorded."""

import json
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

OPENAI = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 40}}
ANTHROPIC = {
    "input_tokens": 60, "output_tokens": 20, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 7,
}  # fmt: skip


def call(provider: str, counts: tuple[int, int], usage: dict[str, Any] | None) -> dict[str, Any]:
    sent = {
        "gen_ai.provider.name": provider,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "gen_ai.response.id": "id-1",
        "gen_ai.usage.input_tokens": counts[0],
        "gen_ai.usage.output_tokens": counts[1],
        "operation.cost": 0.0042,
        "request_data": json.dumps({"messages": [{"role": "user", "content": "secret text"}], "model": "m"}),
    }
    return sent | ({"response_data": json.dumps({"message": "secret text", "usage": usage})} if usage else {})


@pytest.mark.parametrize(
    ("provider", "counts", "usage", "expected"),
    [
        ("openai", (100, 20), OPENAI, (100, 40, None, "inclusive: response_data")),
        ("anthropic", (60, 20), ANTHROPIC, (107, 40, 7, "inclusive: response_data")),
        ("openai", (100, 20), None, (100, None, None, "inclusive: logfire")),
        ("anthropic", (60, 20), None, (60, None, None, "exclusive: logfire")),
    ],
)
def test_the_providers_object_tells_what_was_cached(
    provider: str, counts: tuple[int, int], usage: dict[str, Any] | None, expected: tuple[Any, ...]
) -> None:
    row = read(call(provider, counts, usage), scope=f"logfire.{provider}")
    read_counts = tuple(
        row[name] for name in ("input_tokens", "cached_input_tokens", "cache_write_tokens", "token_rule")
    )
    assert read_counts == expected
    assert (row["dialect"], row["role"], str(row["reported_cost_usd"])) == ("logfire", "request", "0.004200000000")
    assert row["input_hash"] is not None
    assert "secret text" not in str(row)


def test_of_a_streams_two_spans_the_last_is_the_call() -> None:
    asked = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "m",
        "request_data": json.dumps({"model": "m", "stream": True}),
    }  # fmt: skip
    begun = read(asked, scope="logfire.openai", name="Chat Completion with 'm'")
    assert_read(begun, role="other", operation="stream", provider="openai", request_model="m")
    ended = read(
        asked | {"response_data": json.dumps({"usage": OPENAI})},
        scope="logfire.openai",
        name="streaming response from 'm' took 1.20s",
    )
    assert_read(
        ended, role="request", operation="chat", provider="openai", request_model="m", input_tokens=100,
        cached_input_tokens=40, output_tokens=20, token_rule="inclusive: response_data",
    )  # fmt: skip
