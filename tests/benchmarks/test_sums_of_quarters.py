"""Every question about spend is answered alike from sums and from calls."""

from pathlib import Path

from benchmarks import sums_of_quarters
from tests.app import sample_warehouse


def test_sums_answer_as_calls_do(tmp_path: Path) -> None:
    path = sample_warehouse.publish(tmp_path, days=8)
    rows, calls, asked = sums_of_quarters.measure(path, rounds=1)
    assert 0 < rows <= calls
    assert [one.line for one in asked if not one.is_equal] == []
    assert {one.name for one in asked} == set(sums_of_quarters.of_spend()) >= {"spend", "daily_by_source", "drivers"}
