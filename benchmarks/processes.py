"""Memory of a running collector and of its writer, as the system accounts it."""

import dataclasses
import os
import statistics
import threading
from pathlib import Path

from tests.collector.running import Collector

_PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1 << 20


@dataclasses.dataclass(frozen=True)
class Sample:
    """Bytes in memory of the collector and of its writer."""

    collector: int
    writer: int

    @property
    def both(self) -> int:
        """Their sum; what they share is counted twice."""
        return self.collector + self.writer


class Memory:
    """Samples ``collector`` every ``every_s`` while it is entered."""

    def __init__(self, collector: Collector, every_s: float = 1.0) -> None:
        self._collector = collector
        self._every_s = every_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.samples: list[Sample] = []

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def now(self) -> Sample:
        """One sample."""
        writer = self._collector.writer_state.get("pid")
        return Sample(resident(self._collector.process.pid), resident(writer) if writer else 0)

    def growth(self) -> float:
        """The median of the last quarter by that of the second, when all that is loaded once is loaded."""
        part = max(1, len(self.samples) // 4)
        early = statistics.median(sample.both for sample in self.samples[part : 2 * part] or self.samples)
        return statistics.median(sample.both for sample in self.samples[-part:]) / early

    def peak(self) -> Sample:
        """The most that each had."""
        return Sample(max(one.collector for one in self.samples), max(one.writer for one in self.samples))

    def _run(self) -> None:
        while not self._done.wait(self._every_s):
            self.samples.append(self.now())


def resident(pid: int) -> int:
    """Bytes in memory of a process; 0 when it has just ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (FileNotFoundError, ProcessLookupError):
        return 0
