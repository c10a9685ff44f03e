"""Azure AI Agents and Projects SDKs, keys of azure-ai-projects 2.10.0: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

RUN: dict[str, Any] = {
    "gen_ai.system": "az.ai.agents",
    "gen_ai.operation.name": "process_thread_run",
    "gen_ai.thread.id": "thread_1",
    "gen_ai.thread.run.id": "run_1",
    "gen_ai.thread.run.status": "completed",
    "gen_ai.agent.workflow": "triage",
    "gen_ai.response.model": "gpt-4o-mini",
    "gen_ai.usage.input_tokens": 2220,
    "gen_ai.usage.output_tokens": 194,
}


def test_a_runs_sum_is_a_containers() -> None:
    assert_read(
        read(RUN), dialect="azure_ai", role="container", operation="agent", response_model="gpt-4o-mini",
        session_id="thread_1", workflow_run_id="run_1", workflow_id="triage", task_outcome="success",
        input_tokens=2220, output_tokens=194, token_rule="inclusive: assumed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("RunStatus.FAILED", "failure"), ("expired", "failure"), ("in_progress", None), ("cancelled", None)],
)
def test_how_a_run_ended_is_the_outcome(status: str, outcome: str | None) -> None:
    assert read(RUN | {"gen_ai.thread.run.status": status})["task_outcome"] == outcome
    assert read({"gen_ai.run_step.status": "completed"})["task_outcome"] is None
