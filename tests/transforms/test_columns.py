"""Canonical columns: tags on spans and resources, precedence, coercion, cost, meaning."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.build import request
from tests.transforms.comparing import rows_of
from transforms import lossless
from transforms.columns import TAGS


def row_of(attributes: dict[str, Any], **around: Any) -> dict[str, Any]:
    (row,) = rows_of([request(attributes, **around)])
    return row


def test_tags_of_span_and_resource_stay_apart() -> None:
    row = row_of({"spanledger.team": "search"}, resource={"spanledger.team": "web", "spanledger.task.units": 3})
    assert (row["team"], row["resource_team"]) == ("search", "web")
    assert (row["task_units"], row["resource_task_units"]) == (None, 3)
    assert {f"resource_{name}" for name in TAGS} <= row.keys()


def test_every_contract_tag_has_its_column() -> None:
    tags: dict[str, tuple[str, Any]] = {
        "spanledger.traffic_source": ("traffic_source", "eval"),
        "spanledger.traffic_detail": ("traffic_detail", "nightly"),
        "spanledger.task.id": ("task_id", "t-1"),
        "spanledger.task.outcome": ("task_outcome", "success"),
        "spanledger.task.size": ("task_size", "large"),
        "spanledger.workflow.id": ("workflow_id", "wf-014"),
        "spanledger.workflow.run_id": ("workflow_run_id", "r-1"),
        "spanledger.step": ("step", "draft"),
        "spanledger.attempt": ("attempt", 2),
        "spanledger.organization": ("tag_organization", "acme"),
        "spanledger.team": ("team", "search"),
        "spanledger.project": ("project", "p"),
        "spanledger.cost_center": ("cost_center", "cc-9"),
        "spanledger.customer.id": ("customer_id", "c"),
        "spanledger.feature": ("feature", "f"),
        "spanledger.prompt.name": ("prompt_name", "n"),
        "spanledger.prompt.version": ("prompt_version", "7"),
        "spanledger.task.units": ("task_units", 10),
        "spanledger.task.units_succeeded": ("task_units_succeeded", 9),
        "spanledger.restart": ("is_restart", True),
        "spanledger.cost_usd": ("reported_cost_usd", Decimal("0.25")),
        "spanledger.cost_kind": ("reported_cost_kind", "provider"),
        "spanledger.input.hash": ("input_hash", "i"),
        "spanledger.output.hash": ("output_hash", "o"),
        "spanledger.reservation.id": ("reservation_id", "res"),
    }
    sent: dict[str, Any] = {key: value for key, (_, value) in tags.items()} | {"spanledger.cost_usd": 0.25}
    row = row_of(sent)
    assert {column: row[column] for column, _ in tags.values()} == dict(tags.values())
    assert row["attributes"] == []  # every tag stands in its column, none twice
    assert lossless.attributes_of(row) == sent


def test_bare_keys_in_both_spellings() -> None:
    for camel, snake, column in (
        ("workflowId", "workflow_id", "workflow_id"),
        ("trafficSource", "traffic_source", "traffic_source"),
        ("modelVersion", "model_version", "response_model"),
        ("outputHash", "output_hash", "output_hash"),
    ):
        assert row_of({camel: "x"})[column] == row_of({snake: "x"})[column] == "x"
    assert row_of({"costUsd": 0.5})["reported_cost_usd"] == Decimal("0.5")
    assert row_of({"workflowId": "bare", "spanledger.workflow.id": "tag"})["workflow_id"] == "tag"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"gen_ai.provider.name": "openai"}, "openai"),
        ({"gen_ai.system": "OpenAI"}, "openai"),
        ({"gen_ai.system": "az.ai.openai"}, "azure.ai.openai"),
        ({"gen_ai.system": "vertex_ai"}, "gcp.vertex_ai"),
        ({"gen_ai.provider.name": "gemini"}, "gcp.gemini"),
        ({"gen_ai.provider.name": "strands-agents", "llm.provider": "anthropic"}, "anthropic"),
        ({"gen_ai.system": "gcp.vertex.agent"}, None),
        ({"gen_ai.system": "", "llm.system": "openai"}, "openai"),
    ],
)
def test_providers(sent: dict[str, str], expected: str | None) -> None:
    assert row_of(sent)["provider"] == expected


def test_models_session_and_environment_take_the_best_key() -> None:
    row = row_of(
        {"llm.model_name": "a", "gen_ai.response.model": "b", "gen_ai.conversation.id": "c", "session.id": "d"},
        resource={"deployment.environment": "old", "deployment.environment.name": "prod", "service.name": "s"},
    )
    assert (row["response_model"], row["session_id"]) == ("b", "d")
    assert (row["resource_environment"], row["service_name"], row["environment"]) == ("prod", "s", None)


def test_cost_is_kept_as_reported() -> None:
    row = row_of({"gen_ai.cost.total_cost": 0.0})
    assert (row["reported_cost_usd"], row["reported_cost_kind"]) == (Decimal(0), "client")
    tagged = row_of({"gen_ai.usage.cost": 0.3, "spanledger.cost_usd": "0.1", "spanledger.cost_kind": "Provider"})
    assert (tagged["reported_cost_usd"], tagged["reported_cost_kind"]) == (Decimal("0.1"), "provider")
    tiny = row_of({"costUsd": 3.314999999999999e-05})
    assert tiny["reported_cost_usd"] == Decimal("0.00003315")
    assert lossless.attributes_of(tiny) == {"costUsd": 3.314999999999999e-05}
    assert row_of({"costUsd": "free"})["reported_cost_usd"] is None
    assert row_of({"session.id": "s"})["reported_cost_kind"] is None


@pytest.mark.parametrize("more", [{}, {"spanledger.cost_usd": 0.5}])
@pytest.mark.parametrize("kind", ["provider", "client", "guessed", 0, True])
def test_a_kind_that_the_column_does_not_keep_is_kept_elsewhere(kind: Any, more: dict[str, float]) -> None:
    sent = {"spanledger.cost_kind": kind} | more
    assert lossless.attributes_of(row_of(sent)) == sent


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"costUsd": "n/a"}, "costUsd is not an amount of dollars: n/a"),
        ({"gen_ai.usage.cost": 1e30}, "gen_ai.usage.cost is not an amount of dollars: 1e+30"),
        ({"hidden_params": '{"response_cost": "none yet"}'}, "hidden_params is not an amount of dollars: none yet"),
        ({"hidden_params": '{"cache_hit": false}'}, None),
        ({"costUsd": ""}, None),
        ({"gen_ai.usage.cost": "n/a", "costUsd": 0.5}, None),  # another key knows it
    ],
)
def test_a_cost_that_is_no_amount_is_said_and_takes_nothing_else(sent: dict[str, Any], error: str | None) -> None:
    row = row_of(sent | {"inputTokens": 7})
    assert (row["cost_error"], row["usage_error"], row["input_tokens"]) == (error, None, 7)


@pytest.mark.parametrize(
    ("sent", "name", "role", "operation"),
    [
        ({"openinference.span.kind": "LLM"}, "x", "request", "chat"),
        ({"openinference.span.kind": "AGENT", "gen_ai.operation.name": "chat"}, "x", "container", "agent"),
        ({"openinference.span.kind": "EVALUATOR"}, "x", "evaluator", "evaluation"),
        ({"openinference.span.kind": "LLM"}, "OpenAI._prepare_chat", "other", "prepare"),
        ({"gen_ai.operation.name": "embeddings"}, "x", "request", "embeddings"),
        ({"gen_ai.operation.name": "fetch_response"}, "x", "fetch", "fetch_response"),
        ({"gen_ai.operation.name": "dance"}, "x", "other", "dance"),
        ({"traceloop.span.kind": "task"}, "x", "container", "step"),
        ({"llm.request.type": "rerank"}, "x", "request", "rerank"),
        ({}, "raw_gen_ai_request", "request", "chat"),
        ({}, "GET /", "other", None),
    ],
)
def test_what_a_span_is(sent: dict[str, Any], name: str, role: str, operation: str | None) -> None:
    row = row_of(sent, names=(name,))
    assert (row["role"], row["operation"]) == (role, operation)


def test_markers_of_evaluation_traffic() -> None:
    assert row_of({"openinference.span.kind": "EVALUATOR"})["traffic_marker"] == "eval"
    experiment = {"openinference.project.name": "Experiment-0123456789abcdef01234567"}
    assert row_of({}, resource=experiment)["resource_traffic_marker"] == "eval"
    assert row_of({}, resource={"openinference.project.name": "Experiment-7"})["resource_traffic_marker"] is None


@pytest.mark.parametrize(
    ("sent", "expected"),
    [(["stop"], "stop"), ('["stop", "length"]', "stop,length"), ("FinishReason.TOOL_CALLS", "tool_calls"), ([], None)],
)
def test_finish_reasons(sent: Any, expected: str | None) -> None:
    assert row_of({"gen_ai.response.finish_reasons": sent})["finish_reason"] == expected


def test_flags_of_every_type() -> None:
    for sent, expected in ((True, True), ("False", False), (1, True), ("maybe", None), (2, None)):
        row = row_of({"gen_ai.request.stream": sent})
        assert row["is_stream"] is expected
        assert lossless.attributes_of(row) == {"gen_ai.request.stream": sent}
