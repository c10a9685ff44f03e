"""How the speed benchmarks take and print their figures: CPU seconds, medians of several rounds, the spread beside."""

import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Several readings of one figure."""

    readings: tuple[float, ...]

    @property
    def median(self) -> float:
        """What is compared with a goal."""
        return statistics.median(self.readings)

    def __str__(self) -> str:
        return f"{self.median:,.2f} [{min(self.readings):,.2f} – {max(self.readings):,.2f}]"


def cpu_us(works: Mapping[str, Callable[[], object]], items: int, rounds: int) -> dict[str, Spread]:
    """Process CPU in microseconds an item for each of ``works``.

    They take turns, so that a busy machine is the same for all, after one round that does not count.
    """
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            gc.collect()
            start = time.process_time()
            kept = work()  # freeing what was made is no part of it
            spent = time.process_time() - start
            del kept
            if number:
                taken[name].append(spent / items * 1e6)
    return {name: Spread(tuple(readings)) for name, readings in taken.items()}


def children_cpu_s() -> float:
    """User and system seconds of all ended child processes, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def say(text: str = "") -> None:
    """One line of the result."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def end(broken: Sequence[str]) -> None:
    """Name the promises that did not hold, and exit non-zero if there are any."""
    for promise in broken:
        say(f"BROKEN: {promise}")
    sys.exit(1 if broken else 0)
