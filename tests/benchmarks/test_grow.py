"""A history in rounds is that in one piece, and a round that is done is not made again."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from benchmarks import grow, history


@pytest.mark.timeout(600)
def test_rounds_land_the_history_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, whole = tmp_path / "grown", tmp_path / "whole"
    plan = ["grow", "--folder", str(folder), "--calls", "600", "--days", "2", "--by-days", "1"]
    for _ in range(2):
        monkeypatch.setattr("sys.argv", [*plan, "--rounds", "1"])
        assert grow.main() == 0
    lines = [json.loads(line) for line in (folder / grow.DONE).read_text().splitlines()]
    assert [one["round"] for one in lines] == [0, 0, 1, 1]
    assert [one["is_full"] for one in lines] == [True, False, False, False]
    assert len({one["lake_rows"] for one in lines}) == 4
    first = date.fromisoformat(json.loads((folder / grow.PLAN).read_text())["first"])
    history.write_history(whole, history.make_week(7, first), 600, 2)
    landed, expected = (_spans(one) for one in (folder / "lake", whole))
    assert landed >= expected
    monkeypatch.setattr("sys.argv", plan)
    assert grow.main() == 0
    assert len((folder / grow.DONE).read_text().splitlines()) == 4, "all rounds are done"


def _spans(lake: Path) -> set[tuple[bytes, bytes]]:
    with duckdb.connect() as connection:
        return set(connection.execute(f"select trace_id, span_id from '{lake}/spans/*/*/*.parquet'").fetchall())
