"""The benchmark of builds at size, small: the lake is what it says it is, and every question has what it asks for."""

import shutil
from pathlib import Path

import duckdb
import pytest

from benchmarks import build_at_size
from collector.store.lake import active_files
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles

CALLS, DAYS = 3000, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("size")
    build_at_size.make(made, CALLS, DAYS, seed=3)
    return made


def test_the_lake_holds_about_as_many_calls_with_ids_of_their_own(folder: Path) -> None:
    files = [str(file.path) for file in active_files(folder / "lake")]
    assert len({Path(file).parent for file in files}) == len(files) <= 24 * (DAYS - 1) + 18
    [(spans, ids, calls, owners)] = duckdb.execute(
        "select count(*), count(distinct (trace_id, span_id)), count(*) filter (where role = 'request'), "
        "count(distinct organization) from read_parquet(?)",
        [files],
    ).fetchall()
    assert spans == ids
    assert 0.5 * CALLS < calls < 1.7 * CALLS  # three working days, which are fuller than a week is on average
    assert 1 < spans / calls < 2.5
    assert owners == 1


def test_every_question_of_the_pages_is_asked(folder: Path) -> None:
    Builder(folder, folder / "lake", PriceFiles(folder / "prices.csv")).build()
    asked = build_at_size.ask(folder, rounds=1)
    assert set(asked) == {path.stem for path in Path("app/queries").glob("*.sql")}
    assert all(taken_ms > 0 for taken_ms in asked.values())
    shutil.rmtree(folder / "builds")
