"""Half a million calls on Spark and on DuckDB: whether every fact and mart is equal, and what each build takes.

    python -m benchmarks.spark_at_size --calls 500000      with Spark's packages and Java, as `make bench` gives them

The lake of `benchmarks.history` over two weeks is built on both engines: anew, and carried on with the spans that come
next, every fifth of them up to two weeks late. The session is the product's own: Spark plans again while a statement
runs, which the session of `make test-spark` does not. What is equal is said in `tests/spark/equal.py`: EXCEPT ALL both
ways, doubles to one unit in the last place.

CPU seconds are those of this process and, on Spark, of its JVM, whose session is started before. The time Spark takes
to write out its views, for them to be compared, is not counted. Exits 1 where a row differs.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pyspark import SparkContext

from benchmarks.measuring import end, say
from spanledger.spark import session
from spanledger.spark.workbench import Workbench
from tests.lake import published
from tests.spark.builds import Place, differences, history_lake
from tests.spark.session import LIMITS

SHOWN = 12
TICKS = os.sysconf("SC_CLK_TCK")


class Timed(Place):
    """A place whose builds say what they took."""

    looked_s = looked_cpu_s = 0.0

    def say_build(self, engine: str, what: str) -> None:
        """Make a build and print what it took."""
        self.looked_s = self.looked_cpu_s = 0.0
        started, before = time.monotonic(), cpu_s()
        outcome = self.build(engine)
        wall, cpu = time.monotonic() - started - self.looked_s, cpu_s() - before - self.looked_cpu_s
        say(f"{what}, {engine}: {wall:.0f} s, {cpu:.0f} CPU s, {outcome.lake_rows:,} spans in the lake")
        slowest = sorted(self.node_seconds.items(), key=lambda node: -node[1])[:SHOWN]
        say("    " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest))

    def _look(self, bench: Workbench) -> None:
        started, before = time.monotonic(), cpu_s()
        super()._look(bench)
        self.looked_s, self.looked_cpu_s = time.monotonic() - started, cpu_s() - before


def cpu_s() -> float:
    """CPU seconds so far, the JVM's included."""
    gateway = SparkContext._gateway
    if gateway is None:
        return time.process_time()
    fields = Path(f"/proc/{gateway.proc.pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / TICKS


def compared(folder: Path, calls: int) -> Iterator[str]:
    """A line for each relation that differs, of a build anew and of one that carries on."""
    plain = Timed(folder / "duckdb", lambda: None)
    land_later = history_lake(plain.data, calls)
    plain.say_build("duckdb", "anew")
    other = plain.copied_to(folder / "spark")
    session.started(LIMITS, folder / "session")
    other.say_build("spark", "anew")
    yield from differences(other, published(plain.data))
    for place in (plain, other):
        land_later(place.data)
    plain.say_build("duckdb", "carried on")
    other.say_build("spark", "carried on")
    yield from differences(other, published(plain.data))


def main(arguments: list[str] | None = None) -> None:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=500_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        broken = list(compared(Path(folder), options.calls))
    session.stop()
    if not broken:
        say("every fact and mart is equal")
    end(broken)


if __name__ == "__main__":
    sys.exit(main())
