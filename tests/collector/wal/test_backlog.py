"""The backlog on a folder of files: when it is full, how long senders are told to wait, and the brake on the writer."""

from pathlib import Path

import pytest

from collector.door.answers import Answer, Kind, RefusedError
from collector.door.client_limits import ClientLimits
from collector.store.brake import Brake
from collector.wal.backlog import MAX_WAIT_S, Backlog, Written

MIB = 1 << 20


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Disk:
    """A log's folder, and a backlog that looks at it."""

    def __init__(self, folder: Path, max_bytes: int = 10 * MIB, min_free_bytes: int = 0) -> None:
        self.folder = folder
        self.clock = Clock()
        self.written = Written(0, 0, 0)
        self.backlog = Backlog(
            folder,
            lambda: self.written,
            max_bytes=max_bytes,
            min_free_bytes=min_free_bytes,
            clock=self.clock,
            chance=lambda: 0.0,
        )

    def write(self, name: str, size: int) -> None:
        (self.folder / name).write_bytes(bytes(size))
        self.written = Written(self.written.bytes + size, self.written.requests + 1, 0)

    def land(self, name: str, seconds: float) -> None:
        (self.folder / name).unlink()
        self.clock.now += seconds

    def answer(self, size: int = 0) -> Answer | None:
        try:
            self.backlog.refuse_when_full(size)
        except RefusedError as refused:
            return refused.answer
        return None


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_the_log_is_full_when_sealed_and_open_segments_reach_the_limit(disk: Disk) -> None:
    disk.write("1.log", 6 * MIB)
    assert disk.answer() is None
    disk.write("2.open", 4 * MIB)
    answer = disk.answer()
    assert answer is not None
    assert (answer.kind, disk.backlog.bytes) == (Kind.BUSY, 10 * MIB)
    assert answer.message == ("the log is full: 10485760 bytes wait for the lake, at most 10485760 may (log_max_bytes)")
    assert disk.backlog.problem() == answer.message
    (disk.folder / "starts.json").write_bytes(bytes(MIB))  # no segment
    disk.land("1.log", 1)
    assert disk.answer() is None
    assert disk.backlog.problem() is None


def test_what_is_written_between_two_looks_and_what_is_on_its_way_count(disk: Disk) -> None:
    disk.written = Written(6 * MIB, 1, 0)
    assert disk.answer() is None
    disk.written = Written(6 * MIB, 1, 4 * MIB)
    assert disk.answer() is not None


def test_a_request_is_refused_that_would_not_fit_but_not_one_larger_than_all_there_is(disk: Disk) -> None:
    assert disk.answer(11 * MIB) is None
    disk.write("1.log", MIB)
    disk.clock.now += 1
    assert disk.answer(8 * MIB) is None
    assert disk.answer(9 * MIB) is not None


def test_once_full_it_stays_so_until_a_twentieth_is_free(disk: Disk) -> None:
    for name, size in {"1.log": 9 * MIB, "2.log": 5 * MIB // 8, "3.log": MIB // 8}.items():
        disk.write(name, size)
    assert disk.answer() is None
    assert disk.answer(MIB) is not None
    assert disk.backlog.problem() is not None
    disk.land("3.log", 1)
    assert disk.answer() is not None
    disk.land("2.log", 1)
    assert disk.answer(MIB // 4) is None
    assert disk.backlog.problem() is None


def test_the_wait_grows_with_the_backlog_and_shrinks_with_the_writers_speed(disk: Disk) -> None:
    for number in range(6):
        disk.write(f"{number}.log", 2 * MIB)
    waits = {}
    for seconds in (1.0, 4.0):
        slower = Disk(disk.folder)
        slower.write("landed.log", MIB)
        slower.clock.now += 0.2
        assert slower.backlog.bytes == 13 * MIB
        slower.land("landed.log", seconds)
        answer = slower.answer()
        assert answer is not None
        waits[seconds] = answer.retry_after_s
    # 12 MiB lie there, 9.5 may stay: 2.5 MiB more have to land, and the request itself, each in 1.2 or in 4.2 seconds.
    assert waits == {1.0: pytest.approx(3.5 * 1.2), 4.0: pytest.approx(3.5 * 4.2)}


def test_each_that_is_sent_away_lengthens_the_wait_of_the_next(disk: Disk) -> None:
    disk.write("0.log", 5 * MIB)
    disk.write("1.log", 10 * MIB)
    disk.clock.now += 0.2
    assert disk.backlog.bytes == 15 * MIB
    disk.land("0.log", 1)
    waits = [answer.retry_after_s for _ in range(4) if (answer := disk.answer())]
    assert waits == sorted(set(waits))
    assert len(waits) == 4


def test_nobody_is_sent_away_for_longer_than_half_a_minute(disk: Disk) -> None:
    disk.write("0.log", 11 * MIB)
    answer = disk.answer()
    assert answer is not None
    assert answer.retry_after_s == MAX_WAIT_S / 1.25  # and up to a quarter more, at random


def test_some_of_the_disk_stays_free(tmp_path: Path) -> None:
    answer = Disk(tmp_path, min_free_bytes=1 << 60).answer()
    assert answer is not None
    assert answer.kind is Kind.UNAVAILABLE
    assert "stay free (min_free_bytes)" in answer.message


def test_the_brake_lets_through_as_many_spans_as_it_says() -> None:
    clock = Clock()
    brake = Brake(100, clock)
    brake.book(50)
    assert brake.wait_s() == pytest.approx(0.5)
    clock.now += 10
    assert brake.wait_s() == 0
    brake.book(200)
    assert brake.wait_s() == pytest.approx(2)
    free = Brake(0, clock)
    free.book(10**9)
    assert free.wait_s() == 0


def test_a_client_has_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    limits = ClientLimits(requests_per_s=2, bytes_per_s=0, burst_s=3, clock=clock)
    for _ in range(6):
        limits.admit("a")
    with pytest.raises(RefusedError, match=r"a sends more than is allowed here: 2 requests a second") as caught:
        limits.admit("a")
    assert (caught.value.answer.kind, caught.value.answer.retry_after_s) == (Kind.BUSY, 0.5)
    limits.admit("b")
    clock.now += 0.5
    limits.admit("a")
    with pytest.raises(RefusedError):
        limits.admit("a")


def test_bytes_are_booked_when_known_and_debts_waited_for() -> None:
    clock = Clock()
    limits = ClientLimits(requests_per_s=0, bytes_per_s=100, burst_s=10, clock=clock)
    limits.admit("a")
    limits.book("a", 3000)
    with pytest.raises(RefusedError, match="100 bytes a second") as caught:
        limits.admit("a")
    assert caught.value.answer.retry_after_s == pytest.approx(20)
    clock.now += 20
    limits.admit("a")


def test_without_limits_nobody_is_counted() -> None:
    limits = ClientLimits(requests_per_s=0, bytes_per_s=0, burst_s=1)
    assert not limits.is_on
    for _ in range(1000):
        limits.admit("a")
