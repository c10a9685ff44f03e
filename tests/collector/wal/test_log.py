"""The log acknowledges what is on disk and nothing else."""

import errno
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from collector.wal.log import HOUR_NS, MOST_BEHIND, Log, LogBusyError, LogUnavailableError
from collector.wal.segments import Record, read_segment

NOON_NS = 1_700_000_000_000_000_000 // HOUR_NS * HOUR_NS


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"still waiting for: {what}"
        time.sleep(0.01)


class Clock:
    def __init__(self) -> None:
        self.now_ns = NOON_NS

    def __call__(self) -> int:
        return self.now_ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> Iterator[Log]:
    log = open_log(tmp_path, clock)
    yield log
    log.close()


def open_log(folder: Path, clock: Clock, max_bytes: int = 1 << 20, max_age_s: float = 60.0) -> Log:
    return Log(folder, max_bytes=max_bytes, max_age_s=max_age_s, max_pending_bytes=1 << 20, clock_ns=clock)


def record(number: int, size: int = 10) -> Record:
    return Record(number, None, bytes([number % 256]) * size)


def bodies(folder: Path) -> list[bytes]:
    found = []
    for path in sorted([*folder.glob("*.log"), *folder.glob("*.open")]):
        segment = read_segment(path)
        assert segment.damages == []
        found += [record.body for record in segment.records]
    return found


def test_a_done_future_means_the_record_is_in_the_file(tmp_path: Path, log: Log) -> None:
    for number in range(5):
        log.append(record(number)).result(10)
        assert bodies(tmp_path) == [record(each).body for each in range(number + 1)]


def test_many_waiting_requests_share_commits_and_keep_their_order(tmp_path: Path, log: Log) -> None:
    futures = [log.append(record(number)) for number in range(500)]
    for future in futures:
        future.result(10)
    assert bodies(tmp_path) == [record(number).body for number in range(500)]
    assert log.state.commits < 500


def test_closing_writes_what_waits_and_seals(tmp_path: Path, clock: Clock) -> None:
    log = open_log(tmp_path, clock)
    futures = [log.append(record(number)) for number in range(50)]
    log.close()
    assert all(future.done() and not future.exception() for future in futures)
    assert len(list(tmp_path.glob("*.log"))) == 1
    assert list(tmp_path.glob("*.open")) == []
    with pytest.raises(LogUnavailableError, match="stopping"):
        log.append(record(1))


def test_a_segment_is_sealed_by_size_age_and_hour(tmp_path: Path, clock: Clock) -> None:
    log = open_log(tmp_path, clock, max_bytes=1000)
    log.append(record(1, 2000)).result(10)
    wait_until(lambda: len(list(tmp_path.glob("*.log"))) == 1, "the large segment to be sealed")
    log.append(record(2)).result(10)
    clock.now_ns += HOUR_NS
    log.append(record(3)).result(10)
    log.close()
    hours = [read_segment(path).header.hour.hour for path in sorted(tmp_path.glob("*.log"))]
    assert len(hours) == 3
    assert hours[2] == (hours[1] + 1) % 24

    quick = open_log(tmp_path / "quick", clock, max_age_s=0.05)
    quick.append(record(4)).result(10)
    wait_until(lambda: list((tmp_path / "quick").glob("*.log")), "the old segment to be sealed")
    quick.close()


def test_while_nothing_lands_age_ends_no_more_segments(tmp_path: Path, clock: Clock) -> None:
    log = open_log(tmp_path, clock, max_age_s=0.001)
    numbers = iter(range(10_000))

    def sealed() -> list[Path]:
        log.append(record(next(numbers))).result(10)
        return sorted(tmp_path.glob("*.log"))

    wait_until(lambda: len(sealed()) == MOST_BEHIND, "segments to pile up")
    for _ in range(50):
        assert len(sealed()) == MOST_BEHIND
    for path in sealed()[:-1]:
        path.unlink()  # it has landed
    wait_until(lambda: len(sealed()) > 2, "age to end segments again")
    log.close()
    assert bodies(tmp_path)[-1] == record(next(numbers) - 1).body


def test_segment_ids_rise_over_restarts_and_are_never_used_again(tmp_path: Path, clock: Clock) -> None:
    names = []
    for number in range(4):
        log = open_log(tmp_path, clock)
        log.append(record(number)).result(10)
        log.close()
        (sealed,) = tmp_path.glob("*.log")
        names.append(sealed.stem)
        sealed.unlink()
    assert names == sorted(set(names))


@pytest.mark.parametrize("junk", [b"", b"\xf5", b"\xf5\x53\x4c\xfa\x05", bytes(4096)])
def test_a_crash_leaves_a_torn_tail_that_is_cut(tmp_path: Path, clock: Clock, junk: bytes) -> None:
    log = open_log(tmp_path, clock)
    for number in range(3):
        log.append(record(number)).result(10)
    (path,) = tmp_path.glob("*.open")
    left = path.read_bytes() + junk  # as a killed process leaves it
    log.close()
    (sealed,) = tmp_path.glob("*.log")
    sealed.unlink()
    path.write_bytes(left)

    open_log(tmp_path, clock).close()
    assert bodies(tmp_path) == [record(number).body for number in range(3)]
    assert not list(tmp_path.glob("*.open"))


@pytest.mark.parametrize("lost", [0, 1, 30])
def test_what_may_have_been_acknowledged_is_not_cut(tmp_path: Path, clock: Clock, lost: int) -> None:
    log = open_log(tmp_path, clock)
    for number in range(3):
        log.append(record(number)).result(10)
    (path,) = tmp_path.glob("*.open")
    left = bytearray(path.read_bytes())
    log.close()
    (sealed,) = tmp_path.glob("*.log")
    sealed.unlink()
    left[-1] ^= 1  # the last request is there in its whole length, but is not what was written
    path.write_bytes(left + bytes(lost))

    open_log(tmp_path, clock).close()
    (sealed,) = tmp_path.glob("*.log")
    segment = read_segment(sealed)
    assert [one.body for one in segment.records] == [record(number).body for number in range(2)]
    assert [damage.reason for damage in segment.damages] == ["the record's checksum is wrong"]


def test_nothing_is_acknowledged_into_a_folder_that_is_gone_and_what_was_is_written_again(
    tmp_path: Path, clock: Clock
) -> None:
    folder = tmp_path / "log"
    log = open_log(folder, clock, max_age_s=0.3)
    log.append(record(1)).result(10)
    shutil.rmtree(folder)
    with pytest.raises(LogUnavailableError, match="removed, moved or unmounted"):
        log.append(record(2)).result(10)
    with pytest.raises(LogUnavailableError, match="No such file"):
        log.append(record(3)).result(10)
    folder.mkdir()
    wait_until(lambda: log.state.error is None, "the log to be well again")
    log.append(record(4)).result(10)
    log.close()
    assert bodies(folder) == [record(1).body, record(4).body]


def test_a_folder_that_stays_gone_is_made_again_at_the_end(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "log"
    log = open_log(folder, clock)
    log.append(record(1)).result(10)
    shutil.rmtree(folder)
    log.close()
    assert bodies(folder) == [record(1).body]


def test_a_folder_that_comes_back_goes_on_where_it_was(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "log"
    log = open_log(folder, clock, max_age_s=0.3)
    log.append(record(1)).result(10)
    folder.rename(tmp_path / "away")
    with pytest.raises(LogUnavailableError, match="removed, moved or unmounted"):
        log.append(record(2)).result(10)
    (tmp_path / "away").rename(folder)
    wait_until(lambda: log.state.error is None, "the log to be well again")
    log.close()
    assert bodies(folder) == [record(1).body]


def test_a_rename_that_fails_is_said_and_tried_again(tmp_path: Path, clock: Clock) -> None:
    log = open_log(tmp_path, clock, max_age_s=0.2)
    log.append(record(1)).result(10)
    (path,) = tmp_path.glob("*.open")
    in_the_way = path.with_suffix(".log") / "something"
    in_the_way.mkdir(parents=True)
    wait_until(lambda: "cannot be handed over" in (log.state.error or ""), "the failure")
    log.append(record(2)).result(10)
    assert log.state.error
    in_the_way.rmdir()
    in_the_way.parent.rmdir()
    wait_until(lambda: log.state.error is None, "the log to be well again")
    log.close()
    assert bodies(tmp_path) == [record(1).body, record(2).body]


@pytest.mark.parametrize("jump_ns", [-HOUR_NS, -1, 30 * 24 * HOUR_NS, -NOON_NS - HOUR_NS])
def test_a_clock_that_jumps_out_of_the_hour_ends_the_segment(tmp_path: Path, clock: Clock, jump_ns: int) -> None:
    log = open_log(tmp_path, clock)
    log.append(record(1)).result(10)
    clock.now_ns += jump_ns
    log.append(record(2)).result(10)
    clock.now_ns -= jump_ns
    log.append(record(3)).result(10)
    log.close()
    assert bodies(tmp_path) == [record(number).body for number in (1, 2, 3)]
    hours = [read_segment(path).header.opened_at_ns // HOUR_NS for path in sorted(tmp_path.glob("*.log"))]
    noon = NOON_NS // HOUR_NS
    assert hours == [noon, (NOON_NS + jump_ns) // HOUR_NS, noon]


def test_a_fault_of_ours_leaves_no_sender_without_an_answer(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("collector.wal.open_segment.encode_record", fail)
        with pytest.raises(LogUnavailableError, match="MemoryError"):
            log.append(record(1)).result(10)
    log.append(record(2)).result(10)
    log.close()
    assert bodies(tmp_path) == [record(2).body]


def test_an_empty_file_left_by_a_crash_disappears_and_a_headless_one_is_kept_aside(
    tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / "000001-00000001-00000000.open").touch()
    (tmp_path / "000001-00000003-00000000.open").write_bytes(bytes(4096))
    (tmp_path / "000001-00000002-00000000.open").write_bytes(b"not a header")
    open_log(tmp_path, clock).close()
    assert not list(tmp_path.glob("*.open"))
    assert (tmp_path / "quarantine" / "000001-00000002-00000000.0.bin").read_bytes() == b"not a header"
    assert "too short" in (tmp_path / "quarantine" / "000001-00000002-00000000.0.json").read_text()


@pytest.mark.parametrize("call", ["write", "fdatasync"])
def test_a_failing_disk_acknowledges_nothing_and_keeps_what_was(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    log.append(record(1)).result(10)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(f"collector.wal.open_segment.os.{call}", fail)
        failed: Future[None] = log.append(record(2))
        with pytest.raises(LogUnavailableError, match="No space left on device"):
            failed.result(10)
        assert log.state.error is not None
    log.append(record(3)).result(10)
    wait_until(lambda: log.state.error is None, "the log to be well again")
    log.close()
    assert bodies(tmp_path) == [record(1).body, record(3).body]


def test_a_disk_that_is_back_is_noticed_without_a_request(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = open_log(tmp_path, clock, max_age_s=0.05)

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr("collector.wal.log.os.fdatasync", fail)
        with pytest.raises(LogUnavailableError):
            log.append(record(1)).result(10)
    wait_until(lambda: log.state.error is None, "the log to be well again")
    log.close()


def test_more_than_may_wait_is_refused_at_once(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    real = os.fdatasync

    def slow(descriptor: int) -> None:
        gate.wait(20)
        real(descriptor)

    monkeypatch.setattr("collector.wal.log.os.fdatasync", slow)
    first = log.append(record(1, 900_000))
    with pytest.raises(LogBusyError, match="waiting to be written"):
        log.append(record(2, 900_000))
    gate.set()
    first.result(10)
    log.append(record(3, 900_000)).result(10)
