"""Backups made while a real collector takes in spans, brought back elsewhere; and every kind of damage named."""

import dataclasses
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.data_format import RESTORING
from collector.files import lock
from collector.store.lake import LOCK_NAME
from spanledger.cli import main
from spanledger.keeping import backup_manifest
from spanledger.keeping.backup import Backup, Made
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, span_ids, wait_until
from tests.lake import land

BODIES = [request(span()).SerializeToString() for _ in range(3)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory at rest: three lake files, a record, a key, a segment in the log, something replaced."""
    data = tmp_path / "data"
    land(BODIES, data, per_segment=1)
    (data / "hash.key").write_bytes(b"k" * 32)
    (data / "hash.key").chmod(0o600)
    for name in ("log/quarantine/a.0.bin", "log/1.log", "log/2.open", "records/prices/1.parquet"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(name.encode())
    (data / "records" / "prices" / ".half.parquet").write_bytes(b"being written")
    return data


def _backup(data: Path, verify: bool = False) -> Made:
    return Backup(data, data / "lake", data.parent / "backups", is_verifying=verify).run()


def _spanledger(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _sender(collector: Collector, acknowledged: list[str], stop: threading.Event) -> Iterator[threading.Thread]:
    def send() -> None:
        while not stop.is_set():
            spans = [span() for _ in range(5)]
            assert collector.send(request(*spans).SerializeToString()).status == 200
            acknowledged.extend(one.span_id.hex() for one in spans)

    yield from (threading.Thread(target=send) for _ in range(2))


def test_what_was_acknowledged_before_is_in_the_restored_lake_once(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()
    with Collector(configuration(tmp_path / "data")) as collector:
        senders = list(_sender(collector, acknowledged, stop))
        for sender in senders:
            sender.start()
        try:
            wait_until(lambda: len(acknowledged) > 400 and list(collector.config.spans.rglob("*.parquet")), "spans")
            before = set(acknowledged)
            ran = _spanledger("backup", tmp_path / "backups", "--data", collector.config.data, "--verify")
            assert ran.exit_code == 0, ran.output
            wait_until(lambda: len(acknowledged) > len(before) + 100, "more spans")
            again = _spanledger("backup", tmp_path / "backups", "--data", collector.config.data)
            assert again.exit_code == 0, again.output
        finally:
            stop.set()
            for sender in senders:
                sender.join()
        assert b"spanledger_backup_last_success_timestamp_seconds" in collector.request("GET", "/metrics").body
    first, second = backup_manifest.complete(tmp_path / "backups")
    shared = next(name for name in backup_manifest.read(first).files if name.startswith("lake/spans/"))
    assert (first / shared).stat().st_ino == (second / shared).stat().st_ino, "what did not change is linked"

    restored = tmp_path / "elsewhere" / "data"
    ran = _spanledger("restore", first, "--data", restored)
    assert ran.exit_code == 0, ran.output
    assert (restored / "hash.key").read_bytes() == (tmp_path / "data" / "hash.key").read_bytes()
    assert (restored / "hash.key").stat().st_mode & 0o777 == 0o600
    with Collector(configuration(restored)) as collector:
        assert collector.stop() == 0
    found = [span_id.hex() for span_id in span_ids(collector.config)]
    assert before <= set(found)
    assert len(found) == len(set(found)), "also what the log and the lake of the backup both held"


def test_what_is_kept_and_what_is_left_out(data: Path) -> None:
    made = _backup(data)
    restored = data.parent / "restored"
    assert _spanledger("restore", data.parent / "backups", "--data", restored).exit_code == 0
    expected = {name: content for name, content in _files(data).items() if "/." not in name and "run/" not in name}
    assert _files(restored) == expected
    assert set(made.manifest.files) == set(expected)
    assert (restored / "hash.key").stat().st_mtime_ns == (data / "hash.key").stat().st_mtime_ns


def test_a_second_backup_copies_what_is_new(data: Path) -> None:
    first = _backup(data)
    assert _backup(data).copied_files == 0
    (data / "records" / "prices" / "2.parquet").write_bytes(b"news")
    third = _backup(data)
    assert (third.copied_files, third.copied_bytes) == (1, 4)
    shutil.rmtree(first.folder)  # each is whole without the others
    assert _spanledger("restore", third.folder, "--check").exit_code == 0


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "bytes, expected"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"), "other content than when it was backed up"),
        (lambda path: path.unlink(), ""),
    ],
)
@pytest.mark.parametrize("name", ["hash.key", "lake", "manifest.json"])
def test_damage_is_named_and_nothing_restored(data: Path, name: str, damage: object, said: str) -> None:
    made = _backup(data)
    inside = name if name != "lake" else next(one for one in made.manifest.files if one.startswith("lake/"))
    path = made.folder / inside
    damage(path)  # type: ignore[operator]  # one of the lambdas above
    restored = data.parent / "restored"
    for more in (("--check",), ("--data", restored)):
        ran = _spanledger("restore", data.parent / "backups" / made.folder.name, *more)
        assert ran.exit_code == 1
        assert path.name in ran.output
        assert said in ran.output or name == "manifest.json"
    assert _files(restored) == {}
    if name == "lake":
        healed = _backup(data, verify=True)
        assert [path.name in one for one in healed.healed] == [True]
        assert _spanledger("restore", healed.folder, "--data", restored).exit_code == 0, (
            "what a failed run left is free"
        )


@pytest.mark.parametrize(
    "name", ["../evil", "log/../../evil", "/tmp/evil", "evil", "builds/CURRENT", "log", "lake//a", "log/./a"]
)
def test_a_manifest_cannot_write_elsewhere(data: Path, name: str) -> None:
    made = _backup(data)
    (made.folder / "evil").write_bytes(b"evil")
    files = {name: backup_manifest.copy(made.folder / "evil", made.folder / "again")}
    backup_manifest.write(made.folder, dataclasses.replace(made.manifest, files=files))
    before = _files(data.parent)
    ran = _spanledger("restore", made.folder, "--data", data.parent / "restored")
    assert (ran.exit_code, f"names {name!r}" in ran.output) == (1, True)
    assert _files(data.parent) == before


CUT_SHORT = """
import os, sys
from pathlib import Path
from spanledger.cli import main

plain, left = Path.rename, [int(sys.argv.pop(1))]

def rename(self, target):
    if self.parent.name == ".restoring":
        if not left[0]:
            os._exit(137)
        left[0] -= 1
    return plain(self, target)

Path.rename = rename
main()
"""


def test_a_restore_that_is_cut_short_is_never_taken_for_a_finished_one(data: Path) -> None:
    """Killed before each of the renames that publish it, the lake in a place of its own, then done again."""
    made = _backup(data)
    for renames in range(100):
        target, lake = data.parent / f"r{renames}" / "data", data.parent / f"r{renames}" / "lake"
        said = ["restore", made.folder, "--data", target, "--lake", lake]
        done = subprocess.run(
            [sys.executable, "-c", CUT_SHORT, str(renames), *map(str, said)], capture_output=True, check=False
        )
        if done.returncode == 0:
            break
        assert done.returncode == 137, done.stderr
        ran = _spanledger("build", "--data", target, "--lake", lake)
        assert ran.exit_code != 0
        assert ("run `spanledger restore` again" in ran.output) == (target / RESTORING).exists()
        elsewhere = _spanledger("restore", made.folder, "--data", target, "--lake", lake.with_name("other"))
        if (target / RESTORING).exists():
            assert f"its lake in {lake}, not " in elsewhere.output
        assert _spanledger(*said).exit_code == 0
        restored = {**_files(target), **{f"lake/{name}": content for name, content in _files(lake).items()}}
        assert restored == {name: (made.folder / name).read_bytes() for name in made.manifest.files}
    assert 4 <= renames < 99


def test_refusals(data: Path) -> None:
    made = _backup(data)
    ran = _spanledger("restore", made.folder, "--data", data)
    assert (ran.exit_code, "is not empty" in ran.output) == (1, True)
    assert "lies in" in _spanledger("backup", data / "backups", "--data", data).output
    assert (
        "nothing was ever received" in _spanledger("backup", data.parent / "b", "--data", data.parent / "none").output
    )
    assert "there is no backup in" in _spanledger("restore", data.parent / "none", "--data", data.parent / "x").output
    (data / "format.json").write_text('{"format": 99, "written_by": "9.1"}')
    assert "format 99" in _spanledger("backup", data.parent / "backups", "--data", data).output


def test_waits_for_who_replaces_files_and_for_no_second_backup(data: Path) -> None:
    (data / "run").mkdir(exist_ok=True)
    held, done = lock(data / "run" / LOCK_NAME), threading.Event()
    made: list[Made] = []

    def run() -> None:
        made.append(_backup(data))
        done.set()

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: list((data.parent / "backups").glob(".*.partial/log/1.log")), "the log to be copied")
    with pytest.raises(backup_manifest.BackupError, match="another backup is being written"):
        _backup(data)
    assert not done.is_set()

    os.close(held)
    thread.join(60)
    assert made[0].folder.exists()
