"""Every recording of a real instrumentation, through the real door: each billed call once, with the true counts.

The truth is what the stub provider charged (tests/corpus/README.md). Where telemetry does not hold a call's usage the
call is usage-unknown, never zero; where a library made counts up they are marked as estimates.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sample_traces.send import send
from spanledger.build import Builder
from tests.collector.running import Collector, configuration, wait_until
from tests.lake import open_warehouse
from tests.transforms import oracle

RECORDINGS = oracle.recordings()
ESTIMATES = {"openlit": 1, "traceloop": 2, "traceloop-0.40": 1, "traceloop-node": 2, "traceloop-node-json": 2}
"""Calls whose counts the library made up or got wrong, by the recordings' notes: shown, and marked."""

UNSEEN = {"openinference-crewai": "the library records no model call at all"}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """All recordings in one warehouse; `recorded(recording, trace_id)` tells them apart."""
    data: Path = tmp_path_factory.mktemp("recordings")
    bodies = {recording: list(oracle.bodies_of(recording).values()) for recording in RECORDINGS}
    with Collector(configuration(data)) as collector:
        receipt = send([body for some in bodies.values() for body in some], collector.grpc_address)
        assert receipt.rejected == 0
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        assert collector.stop() == 0, collector.errors()
    Builder(data, data / "lake").build()
    with open_warehouse(data) as connection:
        connection.execute("create temp table recorded (recording varchar, trace_id varchar)")
        connection.executemany(
            "insert into recorded values (?, ?)",
            [(name, trace_id) for name, some in bodies.items() for trace_id in _trace_ids(some)],
        )
        yield connection


def _trace_ids(bodies: list[bytes]) -> set[str]:
    return {
        span.trace_id.hex()
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    }


def totals(warehouse: duckdb.DuckDBPyConnection, recording: str, condition: str) -> dict[str, int]:
    names = ("calls", "input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens")
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in names[1:])
    row = warehouse.execute(
        f"select count(*), {sums} from fct_calls inner join recorded using (trace_id) "
        f"where recording = ? and {condition}",
        [recording],
    ).fetchone()
    assert row is not None
    return dict(zip(names, map(int, row), strict=True))


def truth(recording: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((oracle.CORPUS / recording / "expected.json").read_text())
    return value


@pytest.mark.parametrize("recording", RECORDINGS)
def test_each_billed_call_once_with_the_true_counts(warehouse: duckdb.DuckDBPyConnection, recording: str) -> None:
    found = totals(warehouse, recording, "is_usage_known and not is_estimated")
    carried = truth(recording)["totals_where_a_span_carries_the_usage"]
    for name in ("calls", "input_tokens", "output_tokens"):
        assert found[name] == carried[name], name
    for name in ("cached_input_tokens", "cache_write_tokens", "reasoning_tokens"):
        assert found[name] <= carried[name], name


@pytest.mark.parametrize("recording", RECORDINGS)
def test_made_up_counts_are_marked(warehouse: duckdb.DuckDBPyConnection, recording: str) -> None:
    assert totals(warehouse, recording, "is_estimated")["calls"] == ESTIMATES.get(recording, 0)


@pytest.mark.parametrize("recording", RECORDINGS)
def test_what_telemetry_does_not_hold_is_unknown_and_not_zero(
    warehouse: duckdb.DuckDBPyConnection, recording: str
) -> None:
    assert totals(warehouse, recording, "input_tokens = 0 and output_tokens = 0")["calls"] == 0
    if recording not in UNSEEN:
        assert totals(warehouse, recording, "not is_usage_known")["calls"] > 0 or recording.startswith("traceloop-node")
