"""Pydantic AI 1 and 2: spans written by hand from the keys of pydantic-ai-slim 2.68.0, not recorded."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

SCOPE = "pydantic-ai"
GEN, DETAILS = "gen_ai.usage.", "gen_ai.usage.details."
CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.system": "anthropic",
    "gen_ai.request.model": "claude-sonnet-4-5",
    "gen_ai.response.model": "claude-sonnet-4-5-20250929",
    "gen_ai.response.id": "msg_1",
    "gen_ai.response.finish_reasons": ["tool_call"],
    "gen_ai.conversation.id": "conv-1",
    "gen_ai.agent.name": "editor",
    "gen_ai.agent.call.id": "run-9",
    "operation.cost": 0.0042,
}
SAYS: dict[str, Any] = {
    "dialect": "pydantic_ai",
    "role": "request",
    "operation": "chat",
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "response_model": "claude-sonnet-4-5-20250929",
    "response_id": "msg_1",
    "finish_reason": "tool_call",
    "session_id": "conv-1",
    "agent_name": "editor",
    "workflow_run_id": "run-9",
    "reported_cost_usd": Decimal("0.0042"),
    "reported_cost_kind": "client",
}


def test_details_repeat_counts_and_add_nothing() -> None:
    usage = {
        f"{GEN}input_tokens": 170, f"{GEN}output_tokens": 12,
        f"{GEN}cache_read.input_tokens": 40, f"{GEN}cache_creation.input_tokens": 30,
        f"{DETAILS}cache_read_tokens": 40, f"{DETAILS}cache_write_tokens": 30, f"{DETAILS}reasoning_tokens": 5,
        f"{DETAILS}input_tokens": 100, f"{DETAILS}output_tokens": 12, f"{DETAILS}cache_read_input_tokens": 40,
    }  # fmt: skip
    assert_read(
        read(CALL | usage, scope=SCOPE), **SAYS, input_tokens=170, cached_input_tokens=40, cache_write_tokens=30,
        output_tokens=12, reasoning_tokens=5, token_rule="inclusive: pydantic_ai",
    )  # fmt: skip


def test_details_alone_are_a_providers_object() -> None:
    anthropic = {
        f"{DETAILS}input_tokens": 100, f"{DETAILS}output_tokens": 12, f"{DETAILS}cache_read_input_tokens": 40,
        f"{DETAILS}cache_creation_input_tokens": 30, f"{DETAILS}ephemeral_1h_input_tokens": 10,
    }  # fmt: skip
    assert_read(
        read(CALL | anthropic, scope=SCOPE), **SAYS, input_tokens=170, cached_input_tokens=40, cache_write_tokens=30,
        cache_write_1h_tokens=10, output_tokens=12, token_rule="exclusive: gen_ai.usage.details, Anthropic's",
    )  # fmt: skip
    openai = {f"{DETAILS}prompt_tokens": 100, f"{DETAILS}completion_tokens": 12, f"{DETAILS}reasoning_tokens": 8}
    assert_read(
        read(CALL | openai, scope=SCOPE), **SAYS, input_tokens=100, output_tokens=12, reasoning_tokens=8,
        token_rule="inclusive: gen_ai.usage.details",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "attributes", "role", "operation", "input_tokens"),
    [
        ("agent run", {f"{GEN}input_tokens": 113, f"{GEN}output_tokens": 11}, "container", "agent", 113),  # version 1
        (
            "invoke_agent editor",
            {"gen_ai.operation.name": "invoke_agent", "gen_ai.aggregated_usage.input_tokens": 113},
            "container",
            "agent",
            None,
        ),
        ("chat gpt-4o", {f"{GEN}input_tokens": 56}, "request", "chat", 56),
        ("running 2 tools", {}, "container", "chain", None),
        ("running tool", {"gen_ai.tool.name": "search"}, "tool", "tool", None),
        ("attempt", {"pydantic_ai.model_request.attempt": 0, f"{GEN}input_tokens": 9}, "request", "chat", 9),
    ],
)
def test_agents_repeat_their_chats(
    name: str, attributes: dict[str, Any], role: str, operation: str, input_tokens: int | None
) -> None:
    row = read(attributes, scope=SCOPE, name=name)
    assert (row["role"], row["operation"], row["input_tokens"]) == (role, operation, input_tokens)


def test_a_rejected_attempt_is_a_request_counted_from_0() -> None:
    row = read({"pydantic_ai.model_request.attempt": 0, f"{GEN}input_tokens": 9, "operation.cost": 0.1}, scope=SCOPE)
    assert (row["attempt"], row["role"], row["reported_cost_usd"]) == (0, "request", Decimal("0.1"))


def test_contents_are_hidden() -> None:
    said = {"pydantic_ai.all_messages": "secret text", "final_result": "secret text", "tool_arguments": "secret text"}
    assert "secret text" not in str(read(said, scope=SCOPE))
