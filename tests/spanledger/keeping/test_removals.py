"""Spans removed by age, from a folder and from a real S3 server: killed at any step nothing is lost, all is proven."""

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePath
from typing import Any

import pyarrow.parquet as pq
import pytest

from collector.store.compaction import Compaction
from collector.store.lake import active_files
from collector.store.lake_store import LakeStore, store_of
from sample_traces.company import requests, simulate
from spanledger.building.build import Builder
from spanledger.freshness import behind
from spanledger.keeping import expired_spans, retention
from tests.end_to_end.truth_check import unequal_marts
from tests.killing_changes import KilledError, killed_before
from tests.lake import RECEIVED_AT_NS, land
from tests.object_store import ObjectServer

DAY_NS = 86_400 * 10**9
NOW = datetime(2026, 11, 12, 8, tzinfo=UTC)
KEEP_DAYS = 9  # spans arrive on 2 and 12 November


@dataclass
class Place:
    """A data directory with a published build, and its lake."""

    data: Path
    lake: PurePath

    @property
    def store(self) -> LakeStore:
        return store_of(self.lake, self.data)

    def expire(self) -> list[retention.Day]:
        return retention.expire(self.data, self.lake, KEEP_DAYS, NOW)

    def old_paths(self) -> set[str]:
        day = self.lake / "spans" / "ingest_date=2026-11-02"
        return {str(path.relative_to(self.lake)) for path in self.store.sizes(day)}

    def kept_somewhere(self) -> set[str]:
        """The spans of the lake, and of what is kept of those that went."""
        found: set[str] = set()
        for file in active_files(self.lake, self.store):
            with self.store.opened(file.path) as opened:
                found |= {one.hex() for one in opened.read(columns=["span_id"])["span_id"].to_pylist()}
        for path in expired_spans.files(self.data):
            found |= set(pq.read_table(path, columns=["span_id"])["span_id"].to_pylist())
        return found

    def proofs(self) -> list[dict[str, Any]]:
        folder = self.data / "records" / "retention"
        return [pq.ParquetFile(path).read().to_pylist()[0] for path in sorted(folder.glob("[!.]*.parquet"))]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old day has files that count, merged ones among them, and such as were replaced."""
    data = tmp_path_factory.mktemp("built") / "data"
    bodies = list(requests(simulate(7, 5, 0.03, end=date(2026, 11, 1)), 5))
    third = len(bodies) // 3
    land(bodies[:third], data, per_segment=third // 3)
    assert Compaction(data / "lake" / "spans", max_rows=10**6, grace_s=3600).run(NOW, []) > 1
    land(bodies[third : 2 * third], data, per_segment=third // 2)
    land([*bodies[2 * third :], *bodies[:2]], data, received_at_ns=RECEIVED_AT_NS + 10 * DAY_NS)
    Builder(data, data / "lake", clock=lambda: NOW).build()
    return data


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    server = ObjectServer(tmp_path_factory.mktemp("weed"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["folder", "store"])
def make(
    request: pytest.FixtureRequest, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Place]:
    """Copies of it."""
    if request.param == "folder":

        def in_folder(name: str) -> Place:
            shutil.copytree(built, tmp_path / name)
            return Place(tmp_path / name, tmp_path / name / "lake")

        return in_folder
    server: ObjectServer = request.getfixturevalue("server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)

    def in_store(name: str) -> Place:
        data = shutil.copytree(built, tmp_path / name, ignore=shutil.ignore_patterns("lake"))
        return Place(data, server.lake_of(built / "lake", data))

    return in_store


@pytest.mark.timeout(600)
def test_killed_at_any_step_no_span_is_lost_and_the_next_run_proves_all_that_went(
    make: Callable[[str], Place], built: Path
) -> None:
    number, was_killed, halves = 0, True, 0
    while was_killed:
        number += 1
        place = make(str(number))
        spans, old = place.kept_somewhere(), place.old_paths()
        assert len(old) > 6
        with pytest.MonkeyPatch.context() as patch:
            killed_before(number, patch)
            try:
                place.expire()
                was_killed = False
            except KilledError:
                halves += 0 < len(place.old_paths()) < len(old)
        assert place.kept_somewhere() == spans
        done = place.proofs()
        assert all(not set(proof["paths"]) & place.old_paths() for proof in done), "a proof of what is still there"
        assert [day.why_kept for day in place.expire()] in ([], [None])
        assert place.kept_somewhere() == spans
        assert place.old_paths() == set()
        [proof] = place.proofs()
        assert set(proof["paths"]) == old
        sizes = {path: (built / "lake" / path).stat().st_size for path in proof["paths"]}
        lines = "".join(f"{path} {size}\n" for path, size in sizes.items())
        assert (proof["files"], proof["bytes"]) == (len(old), sum(sizes.values()))
        assert proof["digest"] == hashlib.sha256(lines.encode()).hexdigest()
        assert not list((place.data / "records").rglob(".*"))
    assert number > len(old), "each file is a change"
    assert halves > len(old) // 2, "a part was gone"
    Builder(place.data, place.lake, clock=lambda: NOW).build(full_refresh=True)
    assert unequal_marts(built, place.data) == {}


def test_what_lands_in_a_day_after_a_run_died_in_it_stays_until_it_is_built(
    make: Callable[[str], Place], tmp_path: Path
) -> None:
    place = make("late")
    old = place.old_paths()
    with pytest.MonkeyPatch.context() as patch:
        killed_before(6, patch)
        with pytest.raises(KilledError):
            place.expire()
    assert place.old_paths() < old
    [late] = land(list(requests(simulate(8, 1, 0.01, end=date(2026, 11, 1)), 50))[:1], tmp_path / "other")
    there = place.lake / late.relative_to(tmp_path / "other" / "lake").with_name("000000009999-t.parquet")
    place.store.aside(there).write_bytes(late.read_bytes().replace(b"000000000000-t", b"000000009999-t"))
    place.store.publish(there)
    [day] = place.expire()
    assert day.why_kept
    assert "run spanledger build" in day.why_kept
    assert place.old_paths() == {str(there.relative_to(place.lake))}
    assert [set(proof["paths"]) for proof in place.proofs()] == [old]


def test_who_reads_the_lake_while_a_day_goes_never_fails(make: Callable[[str], Place]) -> None:
    place, done, looks, faults = make("read"), threading.Event(), [], []

    def read() -> None:
        while not done.is_set():
            try:
                looks.append(len(behind(place.data, place.lake).segments))
                active_files(place.lake, place.store)
            except Exception as error:  # noqa: BLE001 -- whatever it is
                faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        [day] = place.expire()
    finally:
        done.set()
        reader.join()
    assert day.why_kept is None
    assert faults == []
    assert set(looks) == {0}, "the build lacks nothing of what is there"
