"""Laminar, keys of lmnr 0.8.2: spans written by hand, not recorded."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "lmnr.span.type": "LLM",
    "lmnr.span.path": ["review", "openai.chat"],
    "lmnr.span.input": "secret text",
    "lmnr.association.properties.user_id": "user-17",
    "lmnr.association.properties.session_id": "sess-42",
    "gen_ai.system": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.input_cost": 0.001,
    "gen_ai.usage.output_cost": 0.002,
    "gen_ai.usage.cost": 0.003,
}


def test_a_call() -> None:
    row = read(CALL, scope="lmnr.tracer")
    assert_read(
        row, dialect="laminar", role="request", operation="chat", provider="openai", request_model="gpt-4o",
        response_model="gpt-4o-2024-08-06", input_tokens=100, output_tokens=20, token_rule="inclusive: assumed",
        reported_cost_usd=Decimal("0.003"), reported_cost_kind="client", user_id="user-17", session_id="sess-42",
    )  # fmt: skip
    assert "secret text" not in str(row)


@pytest.mark.parametrize(
    ("type_", "role", "operation", "marker"),
    [
        ("DEFAULT", "container", "span", None),
        ("EXECUTOR", "container", "step", None),
        ("TOOL", "tool", "tool", None),
        ("EVALUATION", "container", "evaluation", "eval"),
        ("EVALUATOR", "evaluator", "evaluation", "eval"),
        ("HUMAN_EVALUATOR", "evaluator", "evaluation", "eval"),
    ],
)
def test_kinds(type_: str, role: str, operation: str, marker: str | None) -> None:
    assert_read(read({"lmnr.span.type": type_}), role=role, operation=operation, traffic_marker=marker)


def test_its_path_on_others_spans_changes_no_count() -> None:
    usage = {"gen_ai.usage.input_tokens": 60, "gen_ai.usage.cache_read.input_tokens": 40, "lmnr.span.path": ["a"]}
    row = read(usage, scope="openlit.instrumentation.anthropic")
    assert (row["input_tokens"], row["token_rule"]) == (100, "exclusive: openlit")
