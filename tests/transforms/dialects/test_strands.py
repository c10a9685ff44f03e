"""Strands Agents, keys of strands-agents 1.62.0: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

GEN = "gen_ai.usage."


def call(input_tokens: int, total: int) -> dict[str, Any]:
    """A chat span: every count under two names."""
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "strands-agents",
        "gen_ai.request.model": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "gen_ai.agent.name": "editor",
        "event_loop.cycle_id": "c1",
        "gen_ai.server.time_to_first_token": 310,
        f"{GEN}input_tokens": input_tokens,
        f"{GEN}prompt_tokens": input_tokens,
        f"{GEN}output_tokens": 12,
        f"{GEN}completion_tokens": 12,
        f"{GEN}total_tokens": total,
        f"{GEN}cache_read.input_tokens": 40,
        f"{GEN}cache_read_input_tokens": 40,
        f"{GEN}cache_creation.input_tokens": 30,
        f"{GEN}cache_write_input_tokens": 30,
    }


SAYS: dict[str, Any] = {
    "dialect": "strands",
    "role": "request",
    "operation": "chat",
    "provider": None,  # strands-agents is a framework
    "request_model": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "agent_name": "editor",
    "input_tokens": 170,
    "cached_input_tokens": 40,
    "cache_write_tokens": 30,
    "output_tokens": 12,
}


@pytest.mark.parametrize(
    ("input_tokens", "rule"),
    [(170, "inclusive: total"), (100, "exclusive: total")],  # from 1.34 on, and before
)
def test_the_total_tells_the_version(input_tokens: int, rule: str) -> None:
    row = read(call(input_tokens, total=182), scope="strands.telemetry.tracer")
    assert_read(row, **SAYS, token_rule=rule)


@pytest.mark.parametrize(
    ("operation", "role", "said"),
    [
        ("invoke_agent", "container", "agent"),
        ("execute_event_loop_cycle", "container", "event_loop_cycle"),
        ("execute_tool", "tool", "tool"),
    ],
)
def test_agents_and_cycles_repeat_their_chats(operation: str, role: str, said: str) -> None:
    decorated = {"gen_ai.operation.name": operation, "langfuse.observation.type": "span"}
    row = read(call(170, 182) | decorated, scope="strands.telemetry.tracer")
    assert (row["role"], row["operation"]) == (role, said)


def test_a_failed_tool_is_an_error_and_no_outcome() -> None:
    row = read({"gen_ai.tool.status": "error"}, scope="strands.telemetry.tracer")
    assert (row["error_type"], row["task_outcome"]) == ("error", None)
    assert read({"gen_ai.tool.status": "success"}, scope="strands.telemetry.tracer")["error_type"] is None
