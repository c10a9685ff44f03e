"""Every fault a disk, a clock or a colleague can bring, injected for real under load. Run in a mount namespace:

    unshare --mount --propagation private python -m tests.end_to_end.faults full_disk

Each function below is one fault on a folder of its own. It ends with an AssertionError when something acknowledged is
missing, or there twice, or when the collector does not say what is wrong and go on by itself once it is over.
"""

import datetime
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collector.store.lake import partition
from collector.store.landing import Lander
from collector.wal.fates import LANDED_NAME, Ledger
from collector.wal.segments import Record, encode_record, read_header
from tests.collector import killing
from tests.collector.running import configuration, span_ids, wait_until
from tests.end_to_end import disks
from tests.end_to_end.clocks import FAKETIME, Clock
from tests.end_to_end.storm import Storm


@contextmanager
def under_load(
    folder: Path, *, spans: int = 3, environment: dict[str, str] | None = None, **changes: Any
) -> Iterator[Storm]:
    """Something acknowledged already; afterwards all must be well by itself, and every span accounted for."""
    config = configuration(folder / "data", log_segment_max_age_s=0.2, min_free_bytes=0, **changes)
    with Storm(config, chance=random.Random(), spans=spans, environment=environment) as storm:
        storm.wait_for_more()
        yield storm
        wait_until(lambda: is_ready(storm), "the collector to be ready again")
        storm.wait_for_more()
        assert storm.stop() == 0, storm.collector.errors()
        balance = storm.balance(is_modelled=False)
        assert balance.is_right, balance
        assert not storm.collector.waiting()
        sys.stdout.write(f"{balance.acknowledged} spans acknowledged, {balance.refusals} requests refused")


def is_ready(storm: Storm) -> bool:
    return storm.collector.request("GET", "/readyz").status == 200


def wait_for_problem(storm: Storm, words: str) -> None:
    """Until `/readyz` says ``words``."""
    wait_until(lambda: words in storm.collector.request("GET", "/readyz").body.decode(), f"/readyz to say {words!r}")


def full_disk(folder: Path) -> None:
    """Log and lake on one disk that is full: senders are told to come again, and nothing needs a restart."""
    disk = disks.small(folder / "data")
    with under_load(folder) as storm:
        filler = disks.fill(disk)
        storm.wait_for_refusals()
        wait_for_problem(storm, "No space left on device")
        filler.unlink()


def full_lake(folder: Path) -> None:
    """Only the lake's disk is full: what is acknowledged waits in the log."""
    disk = disks.small(folder / "lake")
    with under_load(folder, lake=disk) as storm:
        filler = disks.fill(disk)
        wait_for_problem(storm, "No space left on device")
        storm.wait_for_more()
        filler.unlink()


def full_log_at_start(folder: Path) -> None:
    """What is acknowledged waits in a log whose disk is full when the collector starts: it lands, which makes room."""
    disk = disks.small(folder / "data" / "log")
    with under_load(folder, lake=folder / "lake") as storm:
        with moved_away(folder / "lake"):
            storm.wait_for_more()
            storm.kill()
            filler = disks.fill(disk)
        storm.start()
        wait_until(lambda: not list(storm.config.log.glob("*.log")), "what was in the log to land")
        filler.unlink()


def failing_fdatasync(folder: Path) -> None:
    """Writes succeed and fdatasync fails: nothing of such a group is acknowledged."""
    disks.faulty(folder / "data" / "log", folder / "backing")
    with under_load(folder, lake=folder / "lake") as storm:
        filler = disks.fill(folder / "backing")
        storm.wait_for_refusals()
        wait_for_problem(storm, "the write-ahead log cannot be written")
        filler.unlink()
    disks.unmount(folder / "data" / "log")


def read_only_log(folder: Path) -> None:
    """The log's disk becomes read-only."""
    disk = disks.small(folder / "data" / "log")
    with under_load(folder, lake=folder / "lake") as storm:
        storm.let_send(is_on=False)
        wait_until(lambda: disks.set_writable(disk, is_writable=False), "the open segment to be closed")
        storm.let_send(is_on=True)
        storm.wait_for_refusals()
        wait_for_problem(storm, "Read-only file system")
        assert disks.set_writable(disk, is_writable=True)


def read_only_lake(folder: Path) -> None:
    """The lake becomes read-only: what is acknowledged waits in the log."""
    with under_load(folder, lake=folder / "lake") as storm:
        disks.cover(folder / "lake")
        wait_for_problem(storm, "Read-only file system")
        storm.wait_for_more()
        disks.unmount(folder / "lake")


def vanished_log(folder: Path) -> None:
    """The log's folder is moved away: the open segment could still be written, but nobody would find it."""
    with under_load(folder) as storm, moved_away(storm.config.log):
        storm.wait_for_refusals()
        wait_for_problem(storm, "the write-ahead log cannot be written")


def vanished_lake(folder: Path) -> None:
    """The lake is moved away, as if not mounted: none is begun in its place, and what is acknowledged waits."""
    with under_load(folder, lake=folder / "lake") as storm, moved_away(folder / "lake"):
        wait_for_problem(storm, "the lake is gone")
        storm.wait_for_more()
        assert not (folder / "lake").exists()


def vanished_data(folder: Path) -> None:
    """The whole data directory is moved away."""
    with under_load(folder, lake=folder / "lake") as storm, moved_away(folder / "data"):
        storm.wait_for_refusals()
        assert storm.collector.process.poll() is None


@contextmanager
def moved_away(folder: Path) -> Iterator[None]:
    away = folder.with_name("away")
    folder.rename(away)
    yield
    away.rename(folder)


def failing_rename(folder: Path) -> None:
    """The lake's disk becomes read-only between writing a file and renaming it, and again before the next."""
    config = configuration(folder / "data", lake=disks.small(folder / "lake"))
    paths = killing.prepare(config)
    real, renames = os.replace, []

    def replace(source: Any, target: Any) -> None:
        if Path(target).is_relative_to(config.lake):
            renames.append(target)
            assert disks.set_writable(config.lake, is_writable=False)
        real(source, target)

    os.replace = replace
    lander = Lander(config, bytes(32), Ledger(config.run / LANDED_NAME))
    for path in paths:
        with pytest.raises(OSError, match="Read-only file system"):
            lander.land(path)
        assert path.exists()
        assert disks.set_writable(config.lake, is_writable=True)
    os.replace = real
    assert len(renames) == len(paths)
    assert span_ids(config) == []
    killing.land(config)
    killing.check_landed(config, is_finished=True)
    sys.stdout.write(f"{len(renames)} renames failed")


def clock_jumps(folder: Path) -> None:
    """The clock jumps while segments are open, hours and years, back and forward, past what compaction has closed."""
    clock = Clock(folder / "clock")
    quick = {"compaction_interval_s": 0.5, "compaction_grace_s": 0.5}
    with under_load(folder, environment=clock.environment, **quick) as storm:
        for days in (0.1, -0.1, -3, 400, -50 * 365, 0):
            clock.put_wrong_by(days)
            wait_until(lambda days=days: _arrivals(storm, days), f"arrivals {days} days from now")
            storm.wait_for_more()
    assert any(storm.config.spans.rglob("compact-*.parquet")), "nothing was compacted meanwhile"


def _arrivals(storm: Storm, days: float) -> bool:
    """Whether something arrived in the hour that is ``days`` from now, or the one before."""
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    hours = (now, now - datetime.timedelta(hours=1))
    return any(partition(storm.config.spans, hour).exists() for hour in hours)


def torn_tail(folder: Path) -> None:
    """kill -9, and then what a power cut leaves behind the last acknowledged byte: zeros, rubbish, half a request."""
    with under_load(folder) as storm:
        for junk in (bytes(4096), os.urandom(4096), b"\xf5\x53\x4c\xfa" + os.urandom(7), None):
            storm.wait_for_more()
            wait_until(lambda: list(storm.config.log.glob("*.open")), "an open segment")
            storm.kill()
            for path in storm.config.log.glob("*.open"):
                with path.open("ab") as file:
                    file.write(_half_a_request(path) if junk is None else junk)
            storm.start()


def _half_a_request(path: Path) -> bytes:
    whole = encode_record(Record(1, None, bytes(1000)), read_header(path).segment)
    return whole[: len(whole) // 2]


def stopped_under_load(folder: Path) -> None:
    """SIGTERM while requests arrive: nothing acknowledged is left behind. (Every fault here ends with one, too.)"""
    with under_load(folder):
        pass


FAULTS: dict[str, Callable[[Path], None]] = {
    one.__name__: one
    for one in (
        *(
            full_disk,
            full_lake,
            full_log_at_start,
            failing_fdatasync,
            read_only_log,
            read_only_lake,
            vanished_log,
            vanished_lake,
        ),
        *(vanished_data, failing_rename, clock_jumps, torn_tail, stopped_under_load),
    )
}


def why_not(fault: str) -> str | None:
    """Why a fault cannot be injected on this system; None where it can."""
    if fault == "clock_jumps" and not FAKETIME:
        return "libfaketime is not installed (Debian, Ubuntu: apt-get install libfaketime)"
    return disks.why_not()


def run_all(say: Callable[[str], None], timeout_s: float = 600.0) -> bool:
    """Inject every fault, each in a namespace of its own; whether all ended as they should."""
    is_right = True
    for fault in FAULTS:
        if reason := why_not(fault):
            say(f"{fault}: NOT RUN: {reason}")
            is_right = False
            continue
        started = time.monotonic()
        done = disks.in_namespace("tests.end_to_end.faults", [fault], timeout_s)
        what = done.stdout.strip() if done.returncode == 0 else f"FAILED\n{done.stderr}"
        say(f"{fault}: {what}, {time.monotonic() - started:.0f} s")
        is_right &= done.returncode == 0
    return is_right


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
            FAULTS[name](Path(made))
            sys.stdout.write("\n")
