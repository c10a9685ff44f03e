"""OpenLIT's further words, keys of openlit 1.45.0: spans written by hand; its recording is in `tests/corpus`."""

from decimal import Decimal

import pytest

from tests.transforms.dialects.spans import assert_read, read

TOKEN = "gen_ai.token."


def test_words_of_some_frameworks() -> None:
    call = {
        "gen_ai.operation.type": "chat", "gen_ai.llm.provider": "OpenAI", "gen_ai.llm.model": "gpt-4o",
        f"{TOKEN}usage.input": 100, f"{TOKEN}usage.output": 20, f"{TOKEN}usage.total": 120,
        f"{TOKEN}cost.total": 0.0042, "gen_ai.application_name": "search", "gen_ai.workflow.type": "triage",
        "gen_ai.agent.task.id": "task-7", "gen_ai.framework.error.type": "Timeout",
        "gen_ai.client.token.usage": 9999, "gen_ai.monitor.retry_count": 3, "db.operation.cost": 7.0,
    }  # fmt: skip
    assert_read(
        read(call, scope="openlit.instrumentation.crewai"), dialect="openlit", role="request", operation="chat",
        provider="openai", request_model="gpt-4o", input_tokens=100, output_tokens=20,
        token_rule="inclusive: openlit", reported_cost_usd=Decimal("0.0042"), reported_cost_kind="client",
        project="search", workflow_id="triage", task_id="task-7", error_type="Timeout", attempt=None,
    )  # fmt: skip


@pytest.mark.parametrize(("rate", "outcome", "score"), [(1.0, "success", 1.0), (0, "failure", 0.0), (0.5, None, 0.5)])
def test_a_browser_agents_success_rate(rate: float, outcome: str | None, score: float) -> None:
    row = read({"gen_ai.agent.success_rate": rate})
    assert (row["task_outcome"], row["task_score"]) == (outcome, score)
