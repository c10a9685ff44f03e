"""Why cost changed, through the real models in two builds: a run over a month's turn whose first half arrives late."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sample_traces.otlp import key_values
from spanledger.building.build import Builder
from tests.collector.otlp import request
from tests.lake import land, open_warehouse

MONTHS = "'2026-09-01', '2026-09-30', '2026-10-01', '2026-10-31'"
CALL_USD = Decimal("0.00021")  # gpt-4o-mini: 1,000 tokens at $0.15 and 100 at $0.60 a million


def call(trace: int, at: str, *, version: str, tokens: int = 1000) -> Span:
    """A call of the run that the trace is; each stands alone in its trace but for its siblings."""
    started = int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()) * 10**9
    said = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.usage.output_tokens": tokens // 10,
        "spanledger.workflow.id": "answer",
        "spanledger.traffic_source": "production",
        "spanledger.prompt.version": version,
    }
    return Span(
        trace_id=trace.to_bytes(16),
        span_id=(started // 10**9).to_bytes(8),
        name="chat gpt-4o-mini",
        start_time_unix_nano=started,
        end_time_unix_nano=started + 10**9,
        attributes=key_values(said),
    )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    data = tmp_path_factory.mktemp("data")
    october = [call(number, f"2026-10-{number:02}T12:00:00", version="v2", tokens=2000) for number in range(2, 6)]
    turning = call(1, "2026-10-01T00:00:05", version="v1")
    land([request(turning, *october).SerializeToString()], data)
    builder = Builder(data, data / "lake")
    builder.build()
    with open_warehouse(data) as first:
        assert first.execute("select date, runs from rpt_runs_daily order by date").fetchall()[0] == (
            date(2026, 10, 1),
            1,
        )
    september = [call(number, f"2026-09-{number:02}T12:00:00", version="v1") for number in range(20, 23)]
    late = call(1, "2026-09-30T23:59:50", version="v1")
    land([request(late, *september).SerializeToString()], data)
    builder.build()
    with open_warehouse(data) as connection:
        yield connection


def test_a_run_counts_on_the_day_of_its_first_call(warehouse: duckdb.DuckDBPyConnection) -> None:
    days = dict(warehouse.execute("select date, runs from rpt_runs_daily").fetchall())
    assert sum(days.values()) == 8
    assert days[date(2026, 9, 30)] == 1
    assert date(2026, 10, 1) not in days


def test_the_months_effects(warehouse: duckdb.DuckDBPyConnection) -> None:
    """September: 4 runs, 4 calls. October: 4 runs, 5 calls, four of them twice as long."""
    question = "select effect, sum(change_usd) from {} group by effect"
    found = dict(warehouse.execute(question.format(f"why_cost_changed({MONTHS})")).fetchall())
    assert sum(found.values()) == 9 * CALL_USD - 4 * CALL_USD
    assert {effect for effect, usd in found.items() if abs(usd) > Decimal("1e-9")} == {
        "calls_per_run",
        "tokens_per_call",
    }
    mart = "(from rpt_cost_change where comparison = 'last_7_days')"
    change = "select sum(case when date >= '2026-09-28' then cost_usd else -cost_usd end) from rpt_usage_daily "
    week = warehouse.execute(change + "where date between '2026-09-21' and '2026-10-04'").fetchone()
    assert week is not None
    assert sum(dict(warehouse.execute(question.format(mart)).fetchall()).values()) == week[0]


def test_the_versions_effects(warehouse: duckdb.DuckDBPyConnection) -> None:
    """v1: 4 runs, 5 calls. v2: 4 runs, 4 calls of twice the tokens."""
    between = "why_versions_differ('answer', 'prompt_version', 'v1', 'v2')"
    rows = warehouse.execute(f"select effect, sum(change_usd) from {between} group by effect").fetchall()
    found = {effect: usd for effect, usd in rows if abs(usd) > Decimal("1e-9")}
    assert set(found) == {"calls_per_run", "tokens_per_call"}
    assert found["calls_per_run"] < 0 < found["tokens_per_call"]
    assert sum(found.values()) == pytest.approx(3 * CALL_USD, abs=Decimal("1e-9"))
