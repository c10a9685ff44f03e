"""AgentOps, keys of agentops 0.4.21: spans written by hand, not recorded."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

GEN = "gen_ai.usage."
CALL: dict[str, Any] = {
    "agentops.span.kind": "llm",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.id": "chatcmpl-1",
    f"{GEN}prompt_tokens": 100,
    f"{GEN}completion_tokens": 20,
    f"{GEN}cache_read_input_tokens": 40,
    f"{GEN}cache_creation_input_tokens": 7,
    f"{GEN}reasoning_tokens": 8,
    f"{GEN}total_cost": 0.0042,
    "gen_ai.request.streaming": True,
    "gen_ai.user": "user-17",
    "workflow.name": "review",
    "workflow.run_id": "run-1",
    "workflow.session_id": "sess-42",
}


def test_a_call() -> None:
    row = read(CALL, scope="agentops", resource={"agentops.environment": "prod", "agentops.project.id": "p-1"})
    assert_read(
        row, dialect="agentops", role="request", operation="chat", provider="openai", request_model="gpt-4o",
        response_model="gpt-4o-2024-08-06", response_id="chatcmpl-1", input_tokens=100, cached_input_tokens=40,
        cache_write_tokens=7, output_tokens=20, reasoning_tokens=8, token_rule="inclusive: assumed",
        reported_cost_usd=Decimal("0.0042"), reported_cost_kind="client", user_id="user-17", session_id="sess-42",
        workflow_id="review", workflow_run_id="run-1", is_stream=True, resource_environment="prod",
        resource_project="p-1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "role", "operation"),
    [("agent", "container", "agent"), ("task", "container", "step"), ("tool", "tool", "tool")],
)
def test_kinds(kind: str, role: str, operation: str) -> None:
    assert_read(read({"agentops.span.kind": kind}), role=role, operation=operation)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("Success", "success"), ("Indeterminate", None), ("Error: timeout", "failure"), ("EndState.SUCCESS", "success")],
)
def test_a_sessions_end_is_its_outcome(state: str, outcome: str | None) -> None:
    assert read({"agentops.session.end_state": state})["task_outcome"] == outcome


def test_a_failed_step_is_an_error_and_no_outcome() -> None:
    row = read({"workflow.step.status": "failed"})
    assert (row["error_type"], row["task_outcome"]) == ("error", None)
    assert read({"workflow.step.status": "completed"})["error_type"] is None
