"""Langfuse SDKs: spans written by hand from the keys of langfuse 5.0.4, not recorded."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

OBSERVATION = "langfuse.observation."
CALL: dict[str, Any] = {
    f"{OBSERVATION}type": "generation",
    f"{OBSERVATION}model.name": "gpt-4o-2024-08-06",
    f"{OBSERVATION}cost_details": json.dumps({"input": 0.001, "output": 0.002, "total": 0.003}),
    f"{OBSERVATION}prompt.name": "summary",
    f"{OBSERVATION}prompt.version": 4,
    "langfuse.trace.name": "nightly",
    "langfuse.environment": "staging",
    "deployment.environment.name": "prod",
    "langfuse.user.id": "user-17",
    "langfuse.session.id": "sess-42",
}
SAYS: dict[str, Any] = {
    "dialect": "langfuse",
    "role": "request",
    "operation": "chat",
    "response_model": "gpt-4o-2024-08-06",
    "reported_cost_usd": Decimal("0.003"),
    "reported_cost_kind": "client",
    "prompt_name": "summary",
    "prompt_version": "4",
    "workflow_id": "nightly",
    "environment": "staging",
    "user_id": "user-17",
    "session_id": "sess-42",
    "token_rule": "inclusive: langfuse.observation.usage_details",
}


def counted(input_tokens: int, cached: int | None, written: int | None, output: int, **more: int) -> dict[str, Any]:
    counts = {"input_tokens": input_tokens, "cached_input_tokens": cached, "cache_write_tokens": written}
    return counts | {"output_tokens": output} | more


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        # the OpenAI wrapper: the provider's object, cache inside
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 20,
                "prompt_tokens_details": {"cached_tokens": 40},
                "completion_tokens_details": {"reasoning_tokens": 8},
            },
            counted(100, 40, None, 20, reasoning_tokens=8),
        ),
        # the LangChain handler: buckets beside each other
        (
            {"input": 60, "output": 12, "total": 120, "input_cache_read": 40, "output_reasoning": 8},
            counted(100, 40, None, 20, reasoning_tokens=8),
        ),
        (
            {"input": 60, "output": 20, "input_cache_creation_5m": 5, "input_cache_creation_1h": 3, "input_audio": 2},
            counted(70, None, 8, 20, cache_write_1h_tokens=3),
        ),
        # cache above what is left of the input: still beside it
        ({"input": 3, "output": 442, "input_cached_tokens": 7917}, counted(7920, 7917, None, 442)),
        # Anthropic's cache names beside input and output
        (
            {"input": 60, "output": 20, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 7},
            counted(107, 40, 7, 20),
        ),
        # a total that says the buckets are parts
        ({"input": 100, "output": 20, "total": 120, "input_cached_tokens": 40}, counted(100, 40, None, 20)),
        # Anthropic's own object
        ({"input_tokens": 5, "output_tokens": 2, "cache_read_input_tokens": 40}, counted(45, 40, None, 2)),
        ({"promptTokens": 9, "completionTokens": 2, "totalTokens": 11}, counted(9, None, None, 2)),
    ],
)
def test_usage_details_are_read_by_their_shape(usage: dict[str, Any], expected: dict[str, Any]) -> None:
    row = read(CALL | {f"{OBSERVATION}usage_details": json.dumps(usage)}, scope="langfuse-sdk")
    assert_read(row, **SAYS, **expected)


def test_a_cost_without_total_is_the_sum_of_its_parts() -> None:
    row = read({f"{OBSERVATION}cost_details": json.dumps({"input": 0.25, "output": 0.5})})
    assert row["reported_cost_usd"] == Decimal("0.75")


@pytest.mark.parametrize(
    ("type_", "role", "operation", "marker"),
    [
        ("embedding", "request", "embeddings", None),
        ("span", "container", "span", None),
        ("agent", "container", "agent", None),
        ("tool", "tool", "tool", None),
        ("evaluator", "evaluator", "evaluation", "eval"),
        ("event", "other", "event", None),
    ],
)
def test_kinds(type_: str, role: str, operation: str, marker: str | None) -> None:
    assert_read(read({f"{OBSERVATION}type": type_}), role=role, operation=operation, traffic_marker=marker)


@pytest.mark.parametrize(
    "attributes",
    [
        {"langfuse.environment": "sdk-experiment"},
        {"langfuse.experiment.id": "e1"},
        {"langfuse.experiment.name": "nightly"},
        {"langfuse.experiment.dataset.id": "d1"},
        {"langfuse.experiment.item.id": "item-3"},
    ],
)
def test_experiments_are_evaluation_traffic(attributes: dict[str, str]) -> None:
    assert read(attributes)["traffic_marker"] == "eval"
    assert read({"langfuse.environment": "production"})["traffic_marker"] is None


def test_an_experiments_item_is_the_task() -> None:
    assert read({"langfuse.experiment.item.id": "item-3"})["task_id"] == "item-3"


def test_decoration_is_no_proof_of_how_tokens_are_counted() -> None:
    usage = {
        "gen_ai.usage.input_tokens": 60,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 40,
    }
    decorated = {f"{OBSERVATION}type": "span", "gen_ai.operation.name": "chat", "langfuse.session.id": "s"}
    row = read(usage | decorated, scope="opentelemetry.instrumentation.bedrock")
    assert (row["role"], row["input_tokens"], row["token_rule"]) == ("request", 100, "exclusive: traceloop")


def test_errors_and_contents() -> None:
    row = read(
        {f"{OBSERVATION}level": "ERROR", f"{OBSERVATION}input": "secret text", "langfuse.trace.output": "secret text"}
    )
    assert row["error_type"] == "error"
    assert "secret text" not in str(row)
