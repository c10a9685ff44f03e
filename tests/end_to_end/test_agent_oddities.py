"""Coding agents' usage as senders really deliver it: without session ids, split, stale, of two agents at once."""

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, NumberDataPoint

from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.test_agent_sessions import (
    BODIES,
    CODEX_SPAN,
    GEMINI_LOG,
    GEMINI_SPAN,
    USED,
    Body,
    claude_span,
    counted,
    counters,
    land_all,
    of,
    spans,
)
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import open_warehouse
from tests.transforms.agent_logs import CUMULATIVE, SECOND, START_NS, claude_metrics, claude_request, record

GEMINI = {"scope": "gemini-cli", "service": "gemini-cli"}


def reported(
    *, temporality: int = 1, change: Callable[[NumberDataPoint], None] | None = None, times: int = 1
) -> ExportMetricsServiceRequest:
    request = claude_metrics(
        [(kind, times * amount, second) for kind, amount, second in USED], temporality=temporality, cost=times * 0.04
    )
    for point in (point for metric in metrics_of(request) for point in metric.sum.data_points):
        if change:
            change(point)
    return request


def metrics_of(request: ExportMetricsServiceRequest) -> list[Metric]:
    return list(request.resource_metrics[0].scope_metrics[0].metrics)


def without_session(point: NumberDataPoint) -> None:
    kept = [item for item in point.attributes if item.key != "session.id"]
    del point.attributes[:]
    point.attributes.extend(kept)


def of_somebody(point: NumberDataPoint) -> None:
    without_session(point)
    point.attributes.add(key="user.account_uuid").value.string_value = "somebody"


def a_minute_on(point: NumberDataPoint) -> None:
    point.time_unix_nano += 60 * SECOND


def later(point: NumberDataPoint) -> None:
    point.start_time_unix_nano += 300 * SECOND
    point.time_unix_nano += 300 * SECOND


def without_number(point: NumberDataPoint) -> None:
    point.ClearField("value")
    point.flags = 1
    point.time_unix_nano += 5 * SECOND


def part(request: ExportMetricsServiceRequest, *kinds: str) -> ExportMetricsServiceRequest:
    """Only the points of these kinds; a cost's kind is empty."""
    for metric in metrics_of(request):
        said = [{item.key: item.value.string_value for item in point.attributes} for point in metric.sum.data_points]
        kept = [p for p, says in zip(metric.sum.data_points, said, strict=True) if says.get("type", "") in kinds]
        del metric.sum.data_points[:]
        metric.sum.data_points.extend(kept)
    return request


def in_context(number: int) -> Body:
    """A log record that its SDK wrote inside a request's own span, and that outlasts it."""
    written = claude_request(5 * number + 0.2, None)
    written.trace_id = bytes.fromhex(b"in context".hex().ljust(32, "0"))
    written.span_id = bytes.fromhex(f"{number:016x}")
    return of("in context", written)


def cross_trace() -> list[Body]:
    """An application and its gateway, in two traces: only the gateway knows what came from the cache."""
    seen: Attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.id": "r1", "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
    }  # fmt: skip
    cached: Attributes = {**seen, "gen_ai.usage.cache_read.input_tokens": 400}
    whole, within = (START_NS, START_NS + 3 * SECOND), (START_NS + 1, START_NS + 2 * SECOND)
    return [
        ("span", body)
        for scope, digit, times, said in (("app", "a", whole, seen), ("gateway", "b", within, cached))
        for body in pack(
            [Sent((("service.name", scope), ("spanledger.organization", "gateway")), (scope, "1"),
                  span(digit * 32, digit * 16, None, "chat", times, said))], 10,
        )
    ]  # fmt: skip


THREE = range(1, 4)
ODD: list[Body] = [
    # each source names another one of the requests
    of("ids in parts", claude_request(5.2, None), claude_request(10.2, "req_2"), claude_request(15.2, "req_3")),
    spans("ids in parts", claude_span("req_1"), claude_span(None), claude_span(None)),
    spans("in context", *(claude_span(None) for _ in THREE)),
    *map(in_context, THREE),
    # the agent's setting to leave session ids out of its metrics
    of("nameless counters", *(claude_request(5 * number, f"req_{number}") for number in THREE)),
    counters("nameless counters", reported(change=without_session)),
    counters("nameless alone", reported(change=without_session)),
    of("somebody else", claude_request(5, **{"user.account_uuid": "another"})),
    counters("somebody else", reported(change=of_somebody)),
    of("another time", claude_request(70)),
    counters("another time", reported(change=without_session)),
    counters("restart", reported(temporality=CUMULATIVE)),
    counters("restart", reported(temporality=CUMULATIVE, times=2, change=a_minute_on)),
    counters("restart", reported(temporality=CUMULATIVE, change=later)),
    counters("stale", reported(temporality=CUMULATIVE)),
    counters("stale", reported(temporality=CUMULATIVE, change=without_number)),
    # a collector's batches cut a report anywhere
    counters("split", part(reported(), "input", "output")),
    counters("split", part(reported(), "cacheRead", "cacheCreation", "")),
    counters("split dollars", part(reported(change=without_session), "input", "output", "cacheRead", "cacheCreation")),
    counters("split dollars", part(reported(change=without_session), "")),
    counters("dollars alone", part(reported(), "")),
    # one job that runs two agents
    of("two agents", *(claude_request(5 * number, f"req_{number}", session="job") for number in THREE)),
    spans("two agents", *({**CODEX_SPAN, "conversation.id": "job"} for _ in range(2)),
          scope="codex_core", name="handle_responses", service="codex_cli_rs"),
    # two organizations, one session
    of("one", claude_request(5)),
    of("two", claude_request(5)),
    # half of the spans were sampled away, the logs were not; the session is named by the resource only
    spans("sampled", *({key: value for key, value in GEMINI_SPAN.items() if key != "gen_ai.conversation.id"} | {
        "session.id": "g1"} for _ in range(2)), scope="gemini-cli", name="llm_call", service="gemini-cli"),
    of("sampled", *(record("", {key: value for key, value in GEMINI_LOG.items() if key != "session.id"}, 5 * number)
       for number in range(1, 5)), **GEMINI, **{"session.id": "g1"}),
    # one of ten spans was kept, and every log record
    spans("one in ten", claude_span("req_1", SampleRate=10)),
    of("one in ten", *(claude_request(5 * number, f"req_{number}") for number in range(1, 11))),
]  # fmt: skip

EXPECTED = {
    # calls, input, cached, cache writes, output, what the calls were sent as
    "ids in parts": (3, 3450, 3000, 150, 60, ["span"]),
    "in context": (3, 3450, 3000, 150, 60, ["span"]),
    "nameless counters": (3, 3450, 3000, 150, 60, ["log"]),
    "nameless alone": (1, 3450, 3000, 150, 60, ["metric"]),
    "somebody else": (2, 4600, 4000, 200, 80, ["log", "metric"]),
    "another time": (2, 4600, 4000, 200, 80, ["log", "metric"]),
    "restart": (2, 10_350, 9000, 450, 180, ["metric"]),
    "stale": (1, 3450, 3000, 150, 60, ["metric"]),
    "split": (2, 3450, 3000, 150, 60, ["metric"]),
    "split dollars": (1, 3450, 3000, 150, 60, ["metric"]),
    "dollars alone": (1, None, None, None, None, ["metric"]),
    "two agents": (5, 5450, 4200, 150, 460, ["log", "span"]),
    "one": (1, 1150, 1000, 50, 20, ["log"]),
    "two": (1, 1150, 1000, 50, 20, ["log"]),
    "one in ten": (10, 11_500, 10_000, 500, 200, ["log", "span"]),
    "sampled": (4, 2000, 800, None, 400, ["log"]),
}

PRICES = "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source\n" + "".join(
    f"{provider},{model},{kind},{price},2020-01-01,,a contract\n"
    for provider, model in (("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5"), ("google", "gemini-2.5-pro"))
    for kind, price in (("input", 6), ("cache_read", 1), ("output", 30))
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("odd")
    land_all(ODD, folder)
    Builder(folder, folder / "lake").build()
    return folder


@pytest.fixture(scope="module")
def warehouse(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(data) as connection:
        yield connection


@pytest.mark.parametrize("case", EXPECTED)
def test_every_call_is_counted_once(warehouse: duckdb.DuckDBPyConnection, case: str) -> None:
    found = counted(warehouse, case)
    assert found is not None
    calls, *tokens, _, signals = found
    assert (calls, *tokens, signals) == EXPECTED[case]


def test_dollars_counted_apart_from_their_tokens_are_in_no_total(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select organization, sum(cost_usd) from fct_calls where organization like '%split%' group by all order by all"
    ).fetchall()
    assert len({cost for _, cost in found}) == 1
    assert [case for case, _ in found] == ["split", "split dollars"]


def test_a_call_that_an_unsampled_log_tells_of_stands_for_itself(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select sum(calls), sum(estimated_calls) from rpt_sampling_coverage where organization = 'one in ten'"
    ).fetchone()
    assert found == (10, 10)


def test_arrival_in_any_order_and_over_several_builds_changes_nothing(data: Path, tmp_path: Path) -> None:
    shuffled = random.Random(5).sample(ODD, len(ODD))
    for start in range(0, len(shuffled), 9):
        land_all(shuffled[start : start + 9], tmp_path)
        Builder(tmp_path, tmp_path / "lake").build()
    assert unequal_marts(data, tmp_path) == {}


def test_another_price_later_is_the_same_as_that_price_from_the_beginning(tmp_path: Path) -> None:
    """A call that several traces or a session's sources saw keeps all its sightings when only its price changes."""
    prices = PriceFiles(tmp_path / "prices.csv")
    (tmp_path / "prices.csv").write_text(PRICES)
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        land_all([*BODIES, *ODD, *cross_trace()], folder)
    Builder(before, before / "lake").build()
    Builder(before, before / "lake", prices).build()
    Builder(after, after / "lake", prices).build()
    assert unequal_marts(before, after) == {}
    with open_warehouse(before) as warehouse:
        found = warehouse.execute(
            "select cached_input_tokens, cost_usd from fct_calls where organization = 'gateway'"
        ).fetchall()
    assert found == [(400, Decimal("0.007"))]  # 600 at $6, 400 at $1, 100 at $30
