"""Senders whose clocks cannot be right, through a real collector: kept, dated by arrival, flagged and listed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from sample_traces.otlp import Sent, Value, pack, span
from sample_traces.send import send
from spanledger.building.build import Builder
from tests.collector.running import Collector, configuration, wait_until
from tests.lake import open_warehouse

SECOND = 10**9
YEAR = 365 * 86_400 * SECOND
NOW = int(datetime.now(UTC).timestamp()) * SECOND

TIMES: dict[str, tuple[int, int]] = {
    "right": (NOW - 60 * SECOND, NOW - 58 * SECOND),
    "still open": (NOW - 60 * SECOND, 0),
    "never set": (0, 0),
    "of 1970": (5 * SECOND, 7 * SECOND),
    "of 2099": (129 * YEAR, 129 * YEAR + 2 * SECOND),
    "end before start": (NOW - 58 * SECOND, NOW - 60 * SECOND),
    "beyond 64 bits": (2**64 - 2, 2**64 - 1),
}
"""Start and end as sent, by service; each service sends a root and a call of a dollar's fraction inside it."""

RIGHT = {"right", "still open"}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    data: Path = tmp_path_factory.mktemp("clocks")
    usage: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
    }
    sent = []
    for number, (service, times) in enumerate(TIMES.items(), start=1):
        resource = (("service.name", service),)
        trace, root, call = f"{number:032x}", f"{number:015x}f", f"{number:016x}"
        sent.append(Sent(resource, ("app", "1"), span(trace, root, None, "work", times, {})))
        sent.append(Sent(resource, ("app", "1"), span(trace, call, root, "chat", times, usage)))
    with Collector(configuration(data)) as collector:
        assert send(list(pack(sent, 3)), collector.grpc_address).rejected == 0
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        assert collector.stop() == 0, collector.errors()
    Builder(data, data / "lake").build()
    with open_warehouse(data) as connection:
        yield connection


def test_every_call_is_kept_and_only_the_impossible_are_flagged(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute("select service_name, has_trustworthy_clock, input_tokens from fct_calls").fetchall()
    assert sorted(rows) == sorted((service, service in RIGHT, 1000) for service in TIMES)
    spans = warehouse.execute("select service_name, bool_and(has_trustworthy_clock) from fct_spans group by all")
    assert dict(spans.fetchall()) == {service: service in RIGHT for service in TIMES}


def test_the_impossible_are_dated_by_their_arrival(warehouse: duckdb.DuckDBPyConnection) -> None:
    dated = warehouse.execute("select service_name, epoch_ns(started_at) from fct_calls").fetchall()
    until = int(datetime.now(UTC).timestamp() + 1) * SECOND
    for service, started_ns in dated:
        if service in RIGHT:
            assert started_ns == TIMES[service][0]
        else:
            assert NOW <= started_ns <= until, service


def test_no_duration_is_made_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    durations = dict(warehouse.execute("select service_name, duration_ms from fct_calls").fetchall())
    assert durations["right"] == durations["of 1970"] == durations["of 2099"] == 2000
    assert durations["end before start"] is durations["still open"] is None


def test_the_finding_names_the_senders(warehouse: duckdb.DuckDBPyConnection) -> None:
    (found,) = warehouse.execute(
        "select sum(rows), list_sort(list_distinct(flatten(list(subjects)))), sum(cost_usd) > 0 from rpt_data_quality "
        "where \"check\" = 'untrustworthy_clock'"
    ).fetchall()
    assert found == (2 * len(TIMES.keys() - RIGHT), sorted(TIMES.keys() - RIGHT), True)
