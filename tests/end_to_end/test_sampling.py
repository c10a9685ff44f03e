"""Sampled telemetry, through the real door: counted as what it is, its coverage shown, scaled only where labelled."""

import math
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sample_traces.otlp import Sent, Value, pack, span
from sample_traces.send import send
from spanledger.building.build import Builder
from tests.collector.running import Collector, configuration, wait_until
from tests.lake import open_warehouse

START = 1_790_000_000_000_000_000
COST = Decimal("0.0035")
"""Of a call of gpt-4o with 1,000 tokens in and 100 out."""

SEED = 20_261_102
SHARE = 0.25


def spans(
    service: str, trace: int, calls: int = 1, state: str = "", root: dict[str, Value] | None = None,
    own: dict[str, Value] | None = None, tokens: int = 1000,
) -> Iterator[Sent]:  # fmt: skip
    """A root and its calls; ``state`` is every span's trace state, ``root`` and ``own`` are attributes of theirs."""
    resource = (("service.name", service),)
    usage: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.usage.output_tokens": tokens // 10,
    }
    for number in range(calls + 1):
        at = START + number * 10**9
        attributes = usage | (own or {}) if number else root or {}
        parent = f"{trace:08x}{0:08x}"[:15] + "f" if number else None
        name = parent or f"{trace:08x}{0:08x}"[:15] + "f"
        made = span(
            f"{trace:032x}", f"{trace:08x}{number:08x}" if number else name, parent, "x", (at, at + 1), attributes
        )
        made.trace_state = state
        yield Sent(resource, ("app", "1"), made)


def population(rng: random.Random) -> list[tuple[int, int]]:
    """Traces: 56 bits of randomness and tokens of the one call, from cheap to dear."""
    return [(rng.getrandbits(56), int(rng.lognormvariate(7, 1)) + 1) for _ in range(2000)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    data: Path = tmp_path_factory.mktemp("sampled")
    threshold = int((1 - SHARE) * 2**56)
    sent = [
        *spans("everything", 1, 2),
        *(one for trace in (2, 3, 4) for one in spans("half", trace, 2, "ot=th:8")),
        *spans("jaeger", 5, 2, root={"sampler.type": "probabilistic", "sampler.param": 0.1}),
        *spans("tail", 6, own={"tailsampling.policy": "errors"}),
        *spans("own word first", 7, state="ot=th:8", own={"SampleRate": 10}),
        *spans("kept all", 8, state="ot=th:0"),
        *spans("slip", 9, state="ot=th:ffffffffffffff"),
    ]
    for number, (randomness, tokens) in enumerate(population(random.Random(SEED))):
        if randomness >= threshold:
            sent += spans("drawn", 100 + number, 1, f"ot=th:{threshold:014x}".rstrip("0"), tokens=tokens)
    with Collector(configuration(data)) as collector:
        assert send(list(pack(sent, 200)), collector.grpc_address).rejected == 0
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        assert collector.stop() == 0, collector.errors()
    Builder(data, data / "lake").build()
    with open_warehouse(data) as connection:
        yield connection


def coverage(warehouse: duckdb.DuckDBPyConnection, service: str) -> dict[str, Any]:
    found = warehouse.execute("from rpt_sampling_coverage where service_name = ?", [service])
    names = [column[0] for column in found.description or ()]
    (row,) = found.fetchall()
    return dict(zip(names, row, strict=True))


@pytest.mark.parametrize(
    ("service", "calls", "sampled", "weight", "label"),
    [
        ("everything", 2, 0, 1, "not sampled"),
        ("half", 6, 6, 2, "estimate"),
        ("jaeger", 2, 2, 10, "estimate"),
        ("tail", 1, 1, 1, "estimate, at least"),
        ("own word first", 1, 1, 10, "estimate"),
        ("kept all", 1, 0, 1, "not sampled"),
        ("slip", 1, 1, 1, "estimate, at least"),
    ],
)
def test_coverage_and_estimate(
    warehouse: duckdb.DuckDBPyConnection, service: str, calls: int, sampled: int, weight: int, label: str
) -> None:
    row = coverage(warehouse, service)
    assert (row["calls"], row["sampled_calls"], row["label"]) == (calls, sampled, label)
    assert row["cost_usd"] == calls * COST
    assert row["estimated_cost_usd"] == calls * COST * weight
    assert row["estimated_calls"] == calls * weight


def test_the_error_goes_by_trace(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Three traces of two calls, each kept with one half: not six calls drawn apart."""
    expected = math.sqrt(3 * 0.5 * float(2 * COST / Decimal("0.5")) ** 2)
    assert coverage(warehouse, "half")["estimated_cost_standard_error_usd"] == pytest.approx(expected)
    assert coverage(warehouse, "everything")["estimated_cost_standard_error_usd"] == 0


def test_the_estimate_meets_the_truth(warehouse: duckdb.DuckDBPyConnection) -> None:
    row = coverage(warehouse, "drawn")
    tokens = [tokens for _, tokens in population(random.Random(SEED))]
    truth = sum(2.5e-6 * one + 1e-5 * (one // 10) for one in tokens)
    error = row["estimated_cost_standard_error_usd"]
    assert 0 < error < 0.2 * truth
    assert abs(float(row["estimated_cost_usd"]) - truth) < 4 * error, f"seed {SEED}"
    assert float(row["cost_usd"]) < 0.5 * truth
    assert abs(row["estimated_calls"] - len(tokens)) < 4 * math.sqrt(len(tokens) * (1 / SHARE - 1))


def test_nothing_else_is_scaled(warehouse: duckdb.DuckDBPyConnection) -> None:
    totals = warehouse.execute(
        "select (select sum(cost_usd) from fct_calls), (select sum(cost_usd) from rpt_traffic_split), "
        "(select sum(cost_usd + overhead_cost_usd) from fct_tasks), (select sum(cost_usd) from rpt_sampling_coverage)"
    ).fetchone()
    assert totals is not None
    assert len(set(totals)) == 1


def test_the_finding_names_the_services(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select subjects, rows from rpt_data_quality where \"check\" = 'sampled_traces'"
    ).fetchall()
    (seen,) = warehouse.execute("select sum(sampled_calls) from rpt_sampling_coverage").fetchall()
    assert found == [(["drawn", "half", "jaeger", "own word first", "slip", "tail"], seen[0])]
