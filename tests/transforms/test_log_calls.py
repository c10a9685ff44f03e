"""Log records and metrics that tell of calls: which ones, and what their rows say."""

import json
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.message import Message

from tests.transforms.agent_logs import (
    CUMULATIVE,
    SECOND,
    START_NS,
    claude_metrics,
    claude_request,
    logs,
    record,
)
from tests.transforms.comparing import HIDE
from transforms import lossless
from transforms.log_calls import keep_calls
from transforms.metric_usage import keep_usage
from transforms.normalise import NormaliseOptions, Request, UndecodableError, normalise


def rows(*requests: Message, signal: str = "log", options: NormaliseOptions = HIDE) -> list[dict[str, Any]]:
    bodies = [Request(request.SerializeToString(), 1, None, "seg", signal) for request in requests]
    found: list[dict[str, Any]] = normalise(bodies, options).to_pylist()
    return found


def picked(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in expected}


def test_a_request_of_claude_code() -> None:
    (row,) = rows(logs(claude_request(10)))
    expected = {
        "signal": "log", "dialect": "claude_code", "role": "request", "operation": "chat",
        "response_model": "claude-sonnet-4-5", "response_id": "req_1", "session_id": "s1", "task_id": "p1",
        "input_tokens": 1150, "cached_input_tokens": 1000, "cache_write_tokens": 50, "output_tokens": 20,
        "token_rule": "exclusive: cache exceeds input", "reported_cost_usd": Decimal("0.0123"),
        "reported_cost_kind": "client", "feature": "repl_main_thread", "start_time_unix_nano": START_NS + 7_500_000_000,
        "end_time_unix_nano": START_NS + 10 * SECOND, "status_code": 0, "parent_span_id": None,
    }  # fmt: skip
    assert picked(row, expected) == expected
    assert (len(row["trace_id"]), len(row["span_id"])) == (16, 8)


def test_the_same_record_is_the_same_row_and_a_snapshot_of_a_request_keeps_its_identity() -> None:
    first, again = rows(logs(claude_request(1))), rows(logs(claude_request(1)))
    assert first == again
    (later,) = rows(logs(claude_request(2, output_tokens=900)))
    (other,) = rows(logs(claude_request(1, "req_2")))
    identity = ("trace_id", "span_id")
    assert [later[name] for name in identity] == [first[0][name] for name in identity]
    assert (other["trace_id"], other["span_id"] == later["span_id"]) == (later["trace_id"], False)


def test_without_a_request_id_every_record_is_a_call() -> None:
    found = rows(logs(*(claude_request(second, None) for second in range(5))))
    assert len({row["span_id"] for row in found}) == 5
    assert len({row["trace_id"] for row in found}) == 1


def test_a_record_within_a_trace_stands_below_its_span() -> None:
    written = claude_request()
    written.trace_id, written.span_id = b"T" * 16, b"S" * 8
    (row,) = rows(logs(written))
    assert (row["trace_id"], row["parent_span_id"]) == (b"T" * 16, b"S" * 8)


def test_a_failed_request_of_claude_code() -> None:
    failed = record("claude_code.api_error", {"event.name": "api_error", "model": "claude-sonnet-4-5",
                    "error": "overloaded", "status_code": "529", "duration_ms": "120", "session.id": "s1"})  # fmt: skip
    (row,) = rows(logs(failed))
    expected = {"role": "request", "status_code": 2, "error_type": "529", "input_tokens": None, "usage_fields": 0}
    assert picked(row, expected) == expected


def test_codex_sends_printed_numbers() -> None:
    done = {
        "event.name": "codex.sse_event", "event.kind": "response.completed", "conversation.id": "c1",
        "model": "gpt-5-codex", "input_token_count": "1000", "output_token_count": "200", "cached_token_count": 600,
        "reasoning_token_count": 150, "tool_token_count": "1200",
    }  # fmt: skip
    failed = {"event.name": "codex.api_request", "conversation.id": "c1", "error.message": "429", "duration_ms": "40"}
    request = logs(record("", done), record("", failed), scope="codex_otel", service="codex_cli_rs")
    first, second = rows(request)
    expected = {
        "dialect": "codex_cli", "role": "request", "input_tokens": 1000, "cached_input_tokens": 600,
        "output_tokens": 200, "reasoning_tokens": 150, "usage_error": None, "session_id": "c1",
        "response_model": "gpt-5-codex", "token_rule": "inclusive: codex_cli",
    }  # fmt: skip
    assert picked(first, expected) == expected
    assert (second["role"], second["status_code"], second["usage_fields"]) == ("request", 2, 0)


def test_gemini_counts_thoughts_and_tools_on_top() -> None:
    said = {
        "event.name": "gemini_cli.api_response", "session.id": "g1", "prompt_id": "p7", "model": "gemini-2.5-pro",
        "input_token_count": 500, "output_token_count": 60, "cached_content_token_count": 200,
        "thoughts_token_count": 40, "tool_token_count": 25, "total_token_count": 625, "duration_ms": 900,
        "status_code": 200, "finish_reasons": ["STOP"], "role": "main", "response_text": "a secret answer",
    }  # fmt: skip
    (row,) = rows(logs(record("API response from a secret", said), scope="gemini-cli", service="gemini-cli"))
    expected = {
        "dialect": "gemini_cli", "input_tokens": 525, "output_tokens": 100, "cached_input_tokens": 200,
        "reasoning_tokens": 40, "finish_reason": "stop", "task_id": "p7", "feature": "main", "error_type": None,
        "usage_error": None,
    }  # fmt: skip
    assert picked(row, expected) == expected
    assert "secret" not in json.dumps(row, default=str)
    assert {key: lossless.attributes_of(row)[key] for key in ("input_token_count", "tool_token_count")} == {
        "input_token_count": 500,
        "tool_token_count": 25,
    }


def test_what_only_a_log_record_has_is_kept() -> None:
    written = claude_request(3)
    written.severity_number, written.severity_text = 9, "INFO"
    written.observed_time_unix_nano = START_NS + 4 * SECOND
    (row,) = rows(logs(written), options=NormaliseOptions(store_content=True, hash_key=b"k"))
    (event,) = lossless.events_of(row)
    assert event == {
        "name": "log_record",
        "time_unix_nano": START_NS + 4 * SECOND,
        "attributes": {
            "log.time_unix_nano": START_NS + 3 * SECOND,
            "log.severity_number": 9,
            "log.severity_text": "INFO",
            "log.body": "claude_code.api_request",
        },
    }


@pytest.mark.parametrize("duration", ["soon", float("inf"), float("nan"), -5, "1e400", 1e30])
def test_a_duration_that_cannot_be_costs_nothing(duration: object) -> None:
    (row,) = rows(logs(claude_request(10, duration_ms=duration)))
    assert row["start_time_unix_nano"] == row["end_time_unix_nano"] == START_NS + 10 * SECOND


def test_a_time_of_more_bits_than_an_attribute_has_is_kept_as_text() -> None:
    written = claude_request()
    written.time_unix_nano = 2**64 - 1
    (row,) = rows(logs(written))
    assert row["end_time_unix_nano"] == 2**64 - 1
    assert lossless.events_of(row)[0]["attributes"]["log.time_unix_nano"] == str(2**64 - 1)


def test_other_records_are_not_kept() -> None:
    prompt = record("claude_code.user_prompt", {"event.name": "user_prompt", "prompt": "a secret"})
    chunk = record("", {"event.name": "codex.sse_event", "event.kind": "response.output_item.done"})
    request = logs(prompt, claude_request(), chunk)
    assert keep_calls(request) == (1, 2)
    assert len(rows(request)) == 1
    foreign = logs(record("", {"event.name": "api_request"}), scope="shop", service="shop")
    assert keep_calls(foreign) == (0, 1)


def test_counters_of_a_session_are_one_containers_usage() -> None:
    points = [("input", 300.0, 60), ("output", 40.0, 60), ("cacheRead", 2000.0, 60), ("cacheCreation", 10.0, 60)]
    (row,) = rows(claude_metrics(points, cost=0.5), signal="metric")
    expected = {
        "signal": "metric", "dialect": "claude_code", "role": "container", "input_tokens": 2310,
        "cached_input_tokens": 2000, "cache_write_tokens": 10, "output_tokens": 40,
        "reported_cost_usd": Decimal("0.5"), "response_model": "claude-sonnet-4-5", "session_id": "s1",
        "start_time_unix_nano": START_NS, "end_time_unix_nano": START_NS + 60 * SECOND,
    }  # fmt: skip
    assert picked(row, expected) == expected


def test_delta_counters_are_apart_and_running_totals_are_snapshots() -> None:
    reports = [claude_metrics([("input", 10.0, second)]) for second in (60, 120)]
    assert len({row["span_id"] for row in rows(*reports, signal="metric")}) == 2
    totals = [claude_metrics([("input", 10.0, second)], temporality=CUMULATIVE) for second in (60, 120)]
    assert len({row["span_id"] for row in rows(*totals, signal="metric")}) == 1


def test_other_metrics_are_not_kept() -> None:
    request = claude_metrics([("input", 1.0, 60)], cost=1.0)
    request.resource_metrics[0].scope_metrics[0].metrics.add(name="claude_code.session.count").sum.data_points.add()
    request.resource_metrics[0].scope_metrics[0].metrics.add(name="a gauge").gauge.data_points.add()
    request.resource_metrics[0].scope_metrics[0].metrics.add(name="without data")
    assert keep_usage(request) == (2, 2)
    assert len(request.resource_metrics[0].scope_metrics[0].metrics) == 2


@pytest.mark.parametrize("signal", ["log", "metric"])
def test_what_is_no_request_of_the_signal_is_named(signal: str) -> None:
    with pytest.raises(UndecodableError, match=r"not a serialized Export(Logs|Metrics)ServiceRequest"):
        normalise([Request(b"\xff\xff", 1, None, "seg", signal)], HIDE)
