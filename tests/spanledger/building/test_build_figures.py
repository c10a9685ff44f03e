"""Figures of builds for /metrics: counted once, whoever builds, and kept when the process ends."""

import time
from pathlib import Path

import pytest

from collector.exposition import of_others, render
from spanledger.building.build import Outcome
from spanledger.building.build_figures import NAME, counted
from tests.collector.test_exposition import check


@pytest.mark.parametrize("text", ["{", '{"of_another_version": 1}'])
def test_counts_that_cannot_be_read_begin_anew(text: str, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / NAME).write_text(text)
    with counted(tmp_path, tmp_path / "lake", (OSError,)) as made:
        made.append(Outcome("20261101T000000000000Z-aaaa", is_full=True, new_segments=1, lake_rows=1, seconds=1.0))
    assert 'spanledger_builds_total{kind="full"} 1\n' in render(of_others(tmp_path / "run"))


def test_published_failed_and_needless_builds(tmp_path: Path) -> None:
    def look(*made: Outcome) -> None:
        with counted(tmp_path, tmp_path / "lake", (OSError,)) as outcomes:
            if not made:
                raise OSError("no room")
            outcomes.extend(made)

    began = time.time()
    look(Outcome("20261101T000000000000Z-aaaa", is_full=True, new_segments=9, lake_rows=90, seconds=70.0))
    look(Outcome("20261101T000100000000Z-bbbb", is_full=False, new_segments=1, lake_rows=91, seconds=2.5))
    look(Outcome(None, is_full=False, new_segments=0, lake_rows=91, seconds=0.0))
    with pytest.raises(OSError, match="no room"):
        look()
    with pytest.raises(ZeroDivisionError), counted(tmp_path, tmp_path / "lake", (OSError,)):
        _ = 1 / 0  # no reason that is known: not ours to count

    text = render(of_others(tmp_path / "run"))
    check(text)
    values = {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in text.splitlines() if line[0] != "#")
    }
    assert values['spanledger_builds_total{kind="full"}'] == values['spanledger_builds_total{kind="incremental"}'] == 1
    assert values["spanledger_build_failures_total"] == 1
    assert values['spanledger_build_duration_seconds_bucket{le="2.5"}'] == 1
    assert values['spanledger_build_duration_seconds_bucket{le="+Inf"}'] == 2
    assert values["spanledger_build_duration_seconds_sum"] == 72.5
    assert (values["spanledger_build_last_duration_seconds"], values["spanledger_build_lake_rows"]) == (2.5, 91)
    assert began <= values["spanledger_build_complete_timestamp_seconds"] <= time.time()
    assert (
        values["spanledger_build_complete_timestamp_seconds"]
        < values["spanledger_build_last_failure_timestamp_seconds"]
    )
