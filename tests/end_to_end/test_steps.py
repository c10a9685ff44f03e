"""A build of more than a step's spans is made in steps: the same tables, and readers see none of the steps."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from collector.store.lake import active_files
from sample_traces import company
from spanledger.building.build import Builder, Outcome
from spanledger.prices.price_files import PriceFiles
from spanledger.published.build_errors import BuildError
from spanledger.published.build_limits import Limits
from spanledger.published.builds import Builds
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land, open_warehouse

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
SEGMENTS, STEPS = 9, 3


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with two weeks of a small company in SEGMENTS segments, the first days in the last of them."""
    data = tmp_path_factory.mktemp("lake")
    history = company.simulate(11, days=14, scale=0.05, end=date(2026, 11, 2))
    bodies = list(company.requests(history, spans_per_request=30))
    third = len(bodies) // 3
    land([*bodies[third:], *bodies[:third]], data, per_segment=-(-len(bodies) // SEGMENTS))
    company.write_prices(history, data / "prices.csv")
    return data


def builder(data: Path, step_rows: int) -> Builder:
    return Builder(
        data, data / "lake", PriceFiles(data / "prices.csv"), limits=Limits(step_rows=step_rows), clock=lambda: NOW
    )


def of_step(data: Path) -> int:
    """Rows of which the lake takes STEPS steps."""
    return -(-sum(file.rows for file in active_files(data / "lake")) // STEPS) + 50


def restated(data: Path) -> list[tuple[object, ...]]:
    with open_warehouse(data) as warehouse:
        return warehouse.execute(
            "select figure, call_id, task_id, reason, old_cost_usd, new_cost_usd, old_outcome, new_outcome "
            "from fct_restatements order by all"
        ).fetchall()


def copied(lake: Path, to: Path, *, without: int = 0) -> list[Path]:
    """The data directory once more; the files of the last ``without`` segments are put aside and returned."""
    shutil.copytree(lake, to)
    aside = [file.path for file in active_files(to / "lake")][SEGMENTS - without :]
    return [path.rename(to / path.name) for path in aside]


class Whole(NamedTuple):
    """A data directory built without its last segments, that directory once more, and a refresh of all at once."""

    data: Path
    before: Path
    outcome: Outcome


@pytest.fixture(scope="module")
def whole(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    data, before = (tmp_path_factory.mktemp(name) / "data" for name in ("whole", "before"))
    late = copied(lake, data, without=3)
    builder(data, 10**9).build()
    folder = active_files(data / "lake")[0].path.parent
    for path in late:
        path.rename(folder / path.name)
    shutil.copytree(data, before)
    return Whole(data, before, builder(data, 10**9).build(full_refresh=True))


def test_steps_make_the_tables_that_one_build_makes(lake: Path, whole: Whole, tmp_path: Path) -> None:
    copied(lake, tmp_path / "steps")
    by_steps = builder(tmp_path / "steps", of_step(lake))
    made = by_steps.build()
    assert made.is_full
    assert made.steps == STEPS
    assert (made.new_segments, made.lake_rows) == (whole.outcome.new_segments, whole.outcome.lake_rows)
    assert unequal_marts(whole.data, tmp_path / "steps") == {}
    builds = Builds(tmp_path / "steps")
    assert not builds.step.exists()
    with open_warehouse(tmp_path / "steps") as warehouse:
        named = {path for (path,) in warehouse.execute("select path from meta.history_files").fetchall()}
    assert {str(path) for path in builds.facts.rglob("*.parquet")} == named
    assert by_steps.build().build_id is None


def test_what_a_full_refresh_in_steps_restates_is_what_it_restates_at_once(lake: Path, whole: Whole) -> None:
    made = builder(whole.before, of_step(lake)).build(full_refresh=True)
    assert (made.is_full, made.steps) == (True, STEPS)
    assert whole.outcome.is_full
    assert restated(whole.data) == restated(whole.before)
    assert restated(whole.data)
    assert unequal_marts(whole.data, whole.before) == {}


def test_a_step_that_fails_publishes_nothing_and_leaves_nothing(lake: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    copied(lake, data)
    last = active_files(data / "lake")[-1].path
    whole = last.read_bytes()
    last.write_bytes(whole[:4] + bytes(4000) + whole[4004:])
    with pytest.raises(BuildError, match=last.name):
        builder(data, of_step(lake)).build()
    builds = Builds(data)
    assert builds.current is None
    last.write_bytes(whole)
    builder(data, 10**9).build()
    assert not builds.step.exists()
    with open_warehouse(data) as warehouse:
        assert {str(path) for path in builds.facts.rglob("*.parquet")} == {
            path for (path,) in warehouse.execute("select path from meta.history_files").fetchall()
        }
