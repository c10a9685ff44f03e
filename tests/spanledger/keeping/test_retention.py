"""Retention: raw spans go, published numbers stay, and what is not safe to remove stays with a reason."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from collector.store.lake import active_files
from sample_traces.company import requests, simulate
from spanledger.building import building
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.keeping import expired_spans, restoring, retention
from spanledger.keeping.backup import Backup
from spanledger.published.builds import Builds
from spanledger.settings import load_settings
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import RECEIVED_AT_NS, land

DAY_NS = 86_400 * 10**9
NOW = datetime(2026, 11, 12, 8, tzinfo=UTC)
ONE_DAY_DUE, BOTH_DUE = 9, 8  # days to keep: spans arrive on 2, 3 and 12 November


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    return list(requests(simulate(7, 6, 0.05, end=date(2026, 11, 1)), 5))


def _expire(data: Path, keep_days: int) -> list[retention.Day]:
    return retention.expire(data, data / "lake", keep_days, NOW)


def _days(data: Path) -> set[str]:
    return {file.path.parent.parent.name for file in active_files(data / "lake")}


def test_every_mart_stays_as_it_was(bodies: list[bytes], tmp_path: Path) -> None:
    """Also where traces began on a day that goes, and where some of what goes was sent once more later."""
    data, before, third = tmp_path / "data", tmp_path / "before", len(bodies) // 3
    land(bodies[:third], data)
    land(bodies[third : 2 * third], data, received_at_ns=RECEIVED_AT_NS + DAY_NS)
    land([*bodies[2 * third :], *bodies[:3]], data, received_at_ns=RECEIVED_AT_NS + 10 * DAY_NS)
    Builder(data, data / "lake").build()
    shutil.copytree(data, before)
    gone = [file for file in active_files(data / "lake") if "11-02" in str(file.path)]

    [removed] = _expire(data, ONE_DAY_DUE)
    assert (removed.date, removed.why_kept) == (date(2026, 11, 2), None)
    assert _days(data) == {"ingest_date=2026-11-03", "ingest_date=2026-11-12"}
    assert not list((data / "lake").rglob("*2026-11-02*"))
    [proof] = [pq.read_table(path).to_pylist()[0] for path in (data / "records" / "retention").glob("*.parquet")]
    assert proof["spans"] == sum(file.rows for file in gone) > 0
    assert proof["segments"] == sorted(segment for file in gone for segment in file.segments)
    assert (proof["ingest_date"], proof["keep_spans_days"], proof["at"]) == (date(2026, 11, 2), ONE_DAY_DUE, NOW)
    assert proof["bytes"] > 0
    assert proof["paths"] == sorted(str(file.path.relative_to(data / "lake")) for file in gone)
    assert pq.read_table(expired_spans.folder_of(data) / proof["kept_file"]).num_rows

    assert [day.why_kept for day in _expire(data, BOTH_DUE)] == [None]
    assert not Builder(data, data / "lake").build().build_id  # builds that carry on do not miss it

    (data / "hash.key").write_bytes(b"k" * 32)
    restored = tmp_path / "restored"
    folder, manifest = restoring.find(Backup(data, data / "lake", tmp_path / "backups").run().folder)
    restoring.restore(folder, manifest, restored, restored / "lake", lambda: None)
    assert Builder(restored, restored / "lake").build().is_full  # everything anew, from what is left and was kept
    assert unequal_marts(before, restored) == {}


def test_models_that_nothing_names_any_more_keep_their_prices(bodies: list[bytes], tmp_path: Path) -> None:
    data, before = tmp_path / "data", tmp_path / "before"
    land(bodies[:2], data)
    Builder(data, data / "lake").build()
    shutil.copytree(data, before)
    assert [day.why_kept for day in _expire(data, ONE_DAY_DUE)] == [None]
    assert not active_files(data / "lake")
    assert Builder(data, data / "lake").build(full_refresh=True).is_full
    assert unequal_marts(before, data) == {}


def test_what_no_build_holds_stays(bodies: list[bytes], tmp_path: Path) -> None:
    land(bodies[:2], tmp_path)
    [day] = _expire(tmp_path, ONE_DAY_DUE)
    assert day.why_kept
    assert "run spanledger build" in day.why_kept
    assert _days(tmp_path) == {"ingest_date=2026-11-02"}
    assert not (tmp_path / "records").exists()


def test_the_command_says_what_would_go_and_why_not(bodies: list[bytes], tmp_path: Path) -> None:
    land(bodies[:2], tmp_path)
    run = CliRunner().invoke
    asked = run(main, ["retention", "--data", str(tmp_path)])
    assert (asked.exit_code, "SPANLEDGER_KEEP_SPANS_DAYS" in asked.output) == (2, True)
    for more in (["--dry-run"], []):
        said = run(main, ["retention", "--data", str(tmp_path), "--keep-spans-days", "1", *more])
        assert said.exit_code == 1
        assert said.output.startswith("2026-11-02 (spans): ")
        assert "stay: the published build lacks" in said.output
    late = run(main, ["retention", "--data", str(tmp_path), "--keep-spans-days", "100000"])
    assert (late.exit_code, late.output) == (0, "nothing arrived more than 100000 days ago\n")


def test_waits_for_builds(tmp_path: Path) -> None:
    with Builds(tmp_path).lock(), pytest.raises(RuntimeError, match="another process is building"):
        _expire(tmp_path, ONE_DAY_DUE)


def test_the_schedule_says_why_nothing_went_and_tries_again(bodies: list[bytes], tmp_path: Path) -> None:
    land(bodies[:2], tmp_path)
    settings = load_settings(data=tmp_path, keep_spans_days=1)
    assert building._expire(settings, 1) is None, "what stays for a good reason is said in the log and is no failure"
    with Builds(tmp_path).lock():
        assert "another process is building" in str(building._expire(settings, 1))
    assert _days(tmp_path) == {"ingest_date=2026-11-02"}
