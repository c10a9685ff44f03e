"""VoltAgent, keys of its trace context and of MLflow's reader: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

AGENT: dict[str, Any] = {
    "entity.type": "agent",
    "entity.name": "helper",
    "voltagent.conversation_id": "conv-1",
    "voltagent.operation_id": "op-1",
    "user.id": "user-17",
    "input": "secret text",
}
SAYS: dict[str, Any] = {"dialect": "voltagent", "session_id": "conv-1", "workflow_run_id": "op-1", "user_id": "user-17"}


@pytest.mark.parametrize("prefix", ["usage.", "llm.usage."])
def test_a_call_inside_an_agent(prefix: str) -> None:
    counts = {f"{prefix}prompt_tokens": 100, f"{prefix}completion_tokens": 20, f"{prefix}total_tokens": 120}
    call = AGENT | counts | {"span.type": "llm", "llm.model": "gpt-4o", "llm.messages": "secret text"}
    row = read(call)
    assert_read(
        row, role="request", operation="chat", request_model="gpt-4o", input_tokens=100, output_tokens=20,
        token_rule="inclusive: total", agent_name="helper", **SAYS,
    )  # fmt: skip
    assert "secret text" not in str(row)


def test_the_agents_own_span_sums() -> None:
    counts = {"usage.prompt_tokens": 100, "usage.completion_tokens": 20, "usage.cached_tokens": 40}
    row = read(AGENT | counts | {"ai.model.name": "gpt-4o"})
    assert_read(
        row, role="container", operation="agent", request_model="gpt-4o", input_tokens=100, cached_input_tokens=40,
        output_tokens=20, token_rule="inclusive: assumed", **SAYS,
    )  # fmt: skip


def test_its_plain_words_count_on_its_own_spans_only() -> None:
    row = read({"span.type": "llm", "usage.prompt_tokens": 100, "entity.name": "helper"}, scope="other")
    assert (row["role"], row["input_tokens"], row["agent_name"]) == ("other", None, None)
