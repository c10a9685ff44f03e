"""MLflow tracing: spans written by hand from the keys of mlflow-skinny 3.17.2, not recorded."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "mlflow.spanType": '"CHAT_MODEL"',
    "mlflow.llm.model": '"claude-sonnet-4-5-20250929"',
    "mlflow.llm.provider": '"anthropic"',
    "mlflow.llm.cost": json.dumps({"input_cost": 0.001, "output_cost": 0.002, "total_cost": 0.003}),
    "mlflow.experimentId": "17",
    "mlflow.trace.user": '"user-17"',
    "mlflow.trace.session": "sess-42",
    "mlflow.spanInputs": '{"messages": "secret text"}',
    "mlflow.trace.tokenUsage": json.dumps({"input_tokens": 9999, "output_tokens": 9999}),
}
SAYS: dict[str, Any] = {
    "role": "request",
    "operation": "chat",
    "provider": "anthropic",
    "response_model": "claude-sonnet-4-5-20250929",
    "reported_cost_usd": Decimal("0.003"),
    "reported_cost_kind": "client",
    "project": "17",
    "user_id": "user-17",
    "session_id": "sess-42",
}


def test_input_holds_cache_though_its_keys_look_like_anthropics() -> None:
    usage = {
        "input_tokens": 170, "output_tokens": 12, "total_tokens": 182, "cache_read_input_tokens": 40,
        "cache_creation_input_tokens": 30, "cache_creation_input_tokens_above_1hr": 10,
    }  # fmt: skip
    row = read(CALL | {"mlflow.chat.tokenUsage": json.dumps(usage)})
    assert_read(
        row, **SAYS, dialect="mlflow", input_tokens=170, cached_input_tokens=40, cache_write_tokens=30,
        cache_write_1h_tokens=10, output_tokens=12, token_rule="inclusive: mlflow",
    )  # fmt: skip
    assert "secret text" not in str(row)


def test_cache_above_input_proves_the_opposite() -> None:
    usage = {"input_tokens": 3, "output_tokens": 12, "cache_read_input_tokens": 40}
    assert_read(
        read(CALL | {"mlflow.chat.tokenUsage": json.dumps(usage)}), **SAYS, input_tokens=43, cached_input_tokens=40,
        output_tokens=12, token_rule="exclusive: cache exceeds input",
    )  # fmt: skip


@pytest.mark.parametrize("printed", ['{"input_tokens": 170, "outp', "null", '"CHAT_MODEL"'])
def test_a_cut_object_drops_nothing_else(printed: str) -> None:
    assert_read(read(CALL | {"mlflow.chat.tokenUsage": printed}), **SAYS)


def test_it_goes_before_every_other_group() -> None:
    own = {"mlflow.chat.tokenUsage": json.dumps({"input_tokens": 40, "output_tokens": 8})}
    others = {"llm.token_count.prompt": 41, "gen_ai.usage.input_tokens": 42, "ai.usage.inputTokens": 43}
    assert read(own | others)["input_tokens"] == 40


@pytest.mark.parametrize(
    ("kind", "role", "operation", "marker"),
    [
        ("LLM", "request", "chat", None),
        ("EMBEDDING", "request", "embeddings", None),
        ("RERANKER", "request", "rerank", None),
        ("AGENT", "container", "agent", None),
        ("CHAIN", "container", "chain", None),
        ("TOOL", "tool", "tool", None),
        ("RETRIEVER", "tool", "retrieval", None),
        ("EVALUATOR", "evaluator", "evaluation", "eval"),
        ("UNKNOWN", "other", "unknown", None),
    ],
)
def test_kinds(kind: str, role: str, operation: str, marker: str | None) -> None:
    assert_read(read({"mlflow.spanType": json.dumps(kind)}), role=role, operation=operation, traffic_marker=marker)


@pytest.mark.parametrize(
    "key", ["mlflow.eval.requestId", "mlflow.sourceRun", "mlflow.trace.sourceScorer", "mlflow.assessment.judgeCost"]
)
def test_scorers_and_evaluation_runs_are_evaluation_traffic(key: str) -> None:
    assert read({key: "0.5"})["traffic_marker"] == "eval"
    assert read({key: ""})["traffic_marker"] is None


@pytest.mark.parametrize(
    ("sent", "name", "version"),
    [
        ('[{"name": "summary", "version": 3}, {"name": "other", "version": 1}]', "summary", "3"),
        ('[{"name": "cut', None, None),
        ("[]", None, None),
    ],
)
def test_linked_prompts(sent: str, name: str | None, version: str | None) -> None:
    row = read({"mlflow.linkedPrompts": sent})
    assert (row["prompt_name"], row["prompt_version"]) == (name, version)


def test_what_a_judge_used_is_usage_of_an_evaluation() -> None:
    row = read({"mlflow.assessment.judgeInputTokens": 100, "mlflow.assessment.judgeOutputTokens": "20"})
    assert (row["input_tokens"], row["output_tokens"], row["traffic_marker"]) == (100, 20, "eval")
