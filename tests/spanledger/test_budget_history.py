"""What budgets said when: every change is kept, whatever the clock does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from spanledger.budgets.history import KnownRows

SCHEMA = pa.schema([("version", pa.string()), ("budget_id", pa.string())])
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def said(*versions: str) -> pa.Table:
    return pa.table({"version": list(versions), "budget_id": ["b"] * len(versions)}, schema=SCHEMA)


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(0), timedelta(hours=-1)], ids=["on", "still", "back"])
def test_each_change_is_kept_with_its_time(tmp_path: Path, step: timedelta) -> None:
    history, times = KnownRows(tmp_path / "known", SCHEMA), [NOON + step * place for place in range(4)]
    for at, versions in zip(times, [("one",), ("one", "two"), ("two",), ("one",)], strict=True):
        known = history.learn(said(*versions), at)
    rows = known.select(["version", "known_at", "withdrawn_at"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("one", times[0], times[2]),
        ("two", times[1], times[3]),
        ("one", times[3], None),
    ]


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    history = KnownRows(tmp_path / "known", SCHEMA)
    assert len(history.learn(said(), NOON)) == 0
    assert not (tmp_path / "known").exists()
    history.learn(said("one"), NOON)
    history.learn(said("one"), NOON)
    assert len(list((tmp_path / "known").iterdir())) == 1
