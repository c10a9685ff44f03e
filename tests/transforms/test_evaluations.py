"""Evaluation results on spans and in log records: which there are, and that nothing else is kept of them."""

import json
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.transforms.agent_logs import START_NS, logs, record
from tests.transforms.build import any_value, request
from tests.transforms.comparing import HIDE, KEEP, rows_of
from transforms import lossless
from transforms.log_calls import keep_calls
from transforms.normalise import NormaliseOptions, Request, normalise
from transforms.rereading import reread

RESULT = {
    "gen_ai.evaluation.name": "relevance",
    "gen_ai.evaluation.score.value": 0.75,
    "gen_ai.evaluation.score.label": "pass",
    "gen_ai.evaluation.explanation": "a secret reason",
}


def found(row: dict[str, Any]) -> Any:
    return row["evaluations"] and json.loads(row["evaluations"])


def result(name: str, score: float | None, label: str | None, at_ns: int | None = None) -> dict[str, Any]:
    return {"name": name, "score": score, "label": label, "at_ns": at_ns}


def with_events(body: bytes, *events: tuple[str, int, dict[str, Any]]) -> bytes:
    made = ExportTraceServiceRequest.FromString(body)
    (span,) = made.resource_spans[0].scope_spans[0].spans
    for name, at_ns, attributes in events:
        event = Span.Event(name=name, time_unix_nano=at_ns)
        for key, value in attributes.items():
            event.attributes.add(key=key, value=any_value(value))
        span.events.append(event)
    return made.SerializeToString()


def test_events_of_a_span_in_their_order_with_their_time() -> None:
    body = with_events(
        request({}),
        ("gen_ai.evaluation.result", 7, RESULT),
        ("gen_ai.evaluation.resulting", 8, RESULT),
        ("gen_ai.evaluation.result", 0, {"gen_ai.evaluation.name": "toxic", "gen_ai.evaluation.score.value": 1}),
    )
    for options in (HIDE, KEEP):
        (row,) = rows_of([body], options)
        assert found(row) == [result("relevance", 0.75, "pass", 7), result("toxic", 1.0, None)]
        assert "secret" not in row["evaluations"]
    assert "secret" not in json.dumps(rows_of([body], HIDE), default=str)


def test_results_of_openinference_by_number() -> None:
    sent = {
        "evaluations.10.evaluation.name": "later", "evaluations.10.evaluation.label": "bad",
        "evaluations.2.evaluation.name": "earlier", "evaluations.2.evaluation.score": 0,
        "evaluations.2.evaluation.explanation": "a secret reason", "evaluations.3.evaluation.name": "silent",
    }  # fmt: skip
    (row,) = rows_of([request(sent)], HIDE)
    assert found(row) == [result("earlier", 0.0, None), result("later", None, "bad")]
    assert "secret" not in json.dumps(row, default=str)
    (kept,) = rows_of([request(sent)], KEEP)
    assert lossless.attributes_of(kept) == sent


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"gen_ai.evaluation.name": "a", "gen_ai.evaluation.score.value": "0.5"}, [result("a", 0.5, None)]),
        ({"gen_ai.evaluation.name": "a", "gen_ai.evaluation.score.value": "high"}, None),
        ({"gen_ai.evaluation.name": "a", "gen_ai.evaluation.score.value": float("nan")}, None),
        ({"gen_ai.evaluation.name": "a", "gen_ai.evaluation.score.value": True}, None),
        ({"gen_ai.evaluation.name": "a"}, None),
        ({"gen_ai.evaluation.name": "", "gen_ai.evaluation.score.value": 1}, None),
        ({"gen_ai.evaluation.score.value": 1}, None),
        ({"gen_ai.evaluation.name": "a", "gen_ai.evaluation.score.label": 4}, [result("a", None, "4")]),
    ],
)
def test_a_result_needs_a_name_and_something_said(said: dict[str, Any], expected: Any) -> None:
    (row,) = rows_of([request(said)])
    assert found(row) == expected


def log_row(attributes: dict[str, Any], options: NormaliseOptions = HIDE, **fields: Any) -> dict[str, Any]:
    sent = logs(record("a secret body", attributes, 5, event_name="gen_ai.evaluation.result", **fields), scope="judge")
    assert keep_calls(sent) == (1, 0)
    body = Request(sent.SerializeToString(), 1, None, "seg", "log")
    (row,) = normalise([body], options).to_pylist()
    return dict(row)


def test_a_log_record_stands_below_the_span_it_names_and_is_no_request() -> None:
    attributes = RESULT | {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5, "gen_ai.response.id": "r"}
    row = log_row(attributes, trace_id=b"T" * 16, span_id=b"S" * 8)
    assert (row["trace_id"], row["parent_span_id"]) == (b"T" * 16, b"S" * 8)
    assert (row["role"], row["operation"], row["name"]) == ("evaluation", "evaluation", "gen_ai.evaluation.result")
    assert (row["response_id"], row["end_time_unix_nano"]) == ("r", START_NS + 5 * 10**9)
    assert found(row) == [result("relevance", 0.75, "pass")]
    assert "secret" not in json.dumps(row, default=str)
    kept = log_row(attributes, KEEP, trace_id=b"T" * 16, span_id=b"S" * 8)
    assert lossless.attributes_of(kept) == attributes


def test_a_log_record_without_a_trace_is_one_row_however_often_it_is_sent() -> None:
    assert log_row(RESULT) == log_row(RESULT)
    other = log_row(RESULT | {"gen_ai.response.id": "r"})
    assert other["trace_id"] != log_row(RESULT)["trace_id"]


def test_a_record_without_a_name_tells_of_nothing() -> None:
    sent = logs(record("", {"gen_ai.evaluation.score.value": 1}, event_name="gen_ai.evaluation.result"))
    assert keep_calls(sent) == (0, 1)


@pytest.mark.parametrize("options", [HIDE, KEEP], ids=["hidden", "kept"])
def test_results_in_events_are_read_again(options: NormaliseOptions) -> None:
    body = with_events(request({"gen_ai.prompt": "p"}), ("gen_ai.evaluation.result", 7, RESULT))
    rows = normalise([Request(body, 1, None, "seg")], options)
    assert reread(rows, options.hash_key, options.mapping)["evaluations"] == rows["evaluations"]
    assert rows["evaluations"][0].as_py()
