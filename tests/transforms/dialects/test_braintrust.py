"""Braintrust, keys of braintrust 0.48.1: spans written by hand, not recorded."""

import json
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

METRICS: dict[str, Any] = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "prompt_cached_tokens": 40,
    "prompt_cache_creation_tokens": 7,
    "completion_reasoning_tokens": 8,
    "tokens": 120,
    "time_to_first_token": 0.4,
}
CALL: dict[str, Any] = {
    "braintrust.parent": "project_name:search",
    "braintrust.span_attributes": json.dumps({"type": "llm"}),
    "braintrust.metadata": json.dumps({"provider": "openai", "model": "gpt-4o-2024-08-06"}),
    "braintrust.metrics": json.dumps(METRICS),
    "braintrust.input_json": "secret text",
}


def test_a_call() -> None:
    row = read(CALL)
    assert_read(
        row, dialect="braintrust", role="request", operation="chat", provider="openai",
        response_model="gpt-4o-2024-08-06", project="search", input_tokens=100, cached_input_tokens=40,
        cache_write_tokens=7, output_tokens=20, reasoning_tokens=8, token_rule="inclusive: total",
    )  # fmt: skip
    assert "secret text" not in str(row)


@pytest.mark.parametrize(
    ("sent", "role", "operation", "marker"),
    [
        ({"braintrust.span_attributes": '{"type": "task"}'}, "container", "step", None),
        ({"braintrust.span_attributes.type": "llm"}, "request", "chat", None),
        ({"braintrust.span_attributes": '{"type": "score"}'}, "evaluator", "evaluation", "eval"),
        ({"braintrust.span_attributes": "{"}, "other", None, None),
        ({"braintrust.parent": "experiment_id:e1"}, "other", None, "eval"),
    ],
)
def test_kinds_and_experiments(sent: dict[str, str], role: str, operation: str | None, marker: str | None) -> None:
    assert_read(read(sent), role=role, operation=operation, traffic_marker=marker, project=None)
