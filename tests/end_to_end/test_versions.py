"""A prompt changes: tasks sent as spans, in two builds and out of order, come out under their first version."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from sample_traces.otlp import Sent, pack
from sample_traces.public.files import SECOND, identifier, resource, sent
from spanledger.building.build import Builder
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land, open_warehouse
from transforms import cost_ratio
from transforms.version_compare import Arm, compare

BEGIN = 1_790_000_000 * SECOND
SERVICE = resource("drafts", traffic_source="production")
CUSTOMERS = 7
EACH = 60
"""Tasks of each version whose outcome is known."""
APART_S = 5_000
"""Seconds between tasks: each customer comes on several days, and is one unit all the same."""


def cost_of(number: int, version: str) -> float:
    return (1.0 if version == "v1" else 3.0) + (number % 5) / 4


def is_success(number: int) -> bool:
    return number % 3 != 0


def _task(number: int, version: str, *more: str, outcome: str | None = "known") -> Iterator[Sent]:
    """The calls of one task: the first under ``version``, free ones under ``more``."""
    name = f"{version}-{number}"
    trace = identifier(16, name)
    start = BEGIN + (number * APART_S + (100_000 if version == "v2" else 0)) * SECOND
    said = ("success" if is_success(number) else "failure") if outcome == "known" else outcome
    for nth, prompt in enumerate((version, *more)):
        yield sent(
            SERVICE,
            (trace, identifier(8, name, nth), None),
            "chat",
            (start + nth, start + nth + 1),
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "a-model-without-a-price",
                "spanledger.cost_usd": 0.0 if nth else cost_of(number, version),
                "spanledger.workflow.id": "letters",
                "spanledger.task.id": name,
                "spanledger.task.outcome": said,
                "spanledger.prompt.name": "draft",
                "spanledger.prompt.version": prompt,
                "spanledger.customer.id": f"customer-{number % CUSTOMERS}",
            },
        )


def _spans() -> tuple[list[Sent], list[Sent]]:
    """What arrives before the first build, and after it: a part of v1 comes late, and v2 begins early."""
    old = [span for n in range(EACH) for span in _task(n, "v1", *(["v2"] if n < 4 else []))]
    old += [span for n in range(EACH, EACH + 5) for span in _task(n, "v1", outcome=None)]
    new = [span for n in range(EACH) for span in _task(n, "v2")]
    return old[10:] + new[:20], old[:10] + new[20:]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two builds, one carried on from the other."""
    data: Path = tmp_path_factory.mktemp("parts")
    for spans in _spans():
        land(pack(spans, 25), data)
        Builder(data, data / "lake").build()
    return data


@pytest.fixture(scope="module")
def warehouse(parts: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(parts) as connection:
        yield connection


def _arm(version: str) -> Arm:
    """The truth of a version, its customers as units."""
    costs, successes = np.zeros(CUSTOMERS), np.zeros(CUSTOMERS)
    for number in range(EACH):
        costs[number % CUSTOMERS] += cost_of(number, version)
        successes[number % CUSTOMERS] += is_success(number)
    spread = float(cost_ratio.relative_variance(cost_ratio.sums(costs, successes))) * EACH
    return Arm(EACH, int(successes.sum()), float(costs.sum()), spread)


def rows(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    return warehouse.execute(query).pl().to_dicts()


def test_each_version_has_its_tasks_and_their_sums(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = {row["version"]: row for row in rows(warehouse, "from rpt_version_costs where kind = 'prompt'")}
    assert found.keys() == {"v1", "v2"}
    for version, row in found.items():
        truth = _arm(version)
        assert (row["subject"], row["tasks"], row["successes"]) == ("draft", truth.tasks, truth.successes)
        assert float(row["cost_usd"]) == pytest.approx(truth.cost_usd, abs=1e-12)
        assert row["spread"] == pytest.approx(truth.spread, abs=1e-8)
    assert [found[version]["mixed_tasks"] for version in ("v1", "v2")] == [4, 0]
    assert [found[version]["left_out_tasks"] for version in ("v1", "v2")] == [5, 0]


def test_the_change_gets_its_verdict(warehouse: duckdb.DuckDBPyConnection) -> None:
    (row,) = rows(warehouse, "from rpt_versions where kind = 'prompt'")
    told = compare(_arm("v1"), _arm("v2"))
    assert (row["version_before"], row["version_after"], row["verdict"]) == ("v1", "v2", "worse")
    assert told.low is not None
    assert (row["ratio"], row["ratio_low"]) == pytest.approx((told.ratio, told.low), abs=1e-6)


def test_one_model_has_nothing_to_be_compared_with(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert rows(warehouse, "from rpt_versions where kind != 'prompt'") == []
    (row,) = rows(warehouse, "from rpt_version_costs where kind = 'model'")
    assert row["tasks"] == 2 * EACH


def test_all_at_once_gives_the_same(parts: Path, tmp_path: Path) -> None:
    land(pack([span for spans in _spans() for span in spans], 1000), tmp_path)
    Builder(tmp_path, tmp_path / "lake").build()
    assert unequal_marts(parts, tmp_path) == {}
