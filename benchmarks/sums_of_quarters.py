"""What the sums by the quarter of an hour save the questions about spend, on a large warehouse.

    python -m benchmarks.sums_of_quarters --folder size

Reads the published build of a data directory, such as `benchmarks.build_at_size` leaves, and asks each question that
selects from `scoped_spend` twice: from the sums and from the calls, for the newest thirty days, of UTC and of India.
Prints rows of both, and the CPU milliseconds of a question, the better of some rounds.

Exits 1 when the two answer differently, or the sums are more rows than calls.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from app import questions
from app.filters import Filters, as_parameters
from benchmarks.measuring import say
from spanledger.published.builds import Builds

DAYS, ROUNDS = 30, 2
ZONES = ("UTC", "Asia/Kolkata")
OWN = {"by": "team", "of_source": "production"}
QUARTERS = "rpt_usage_quarter_hourly"


@dataclass(frozen=True)
class Asked:
    """A question's CPU milliseconds from sums and from calls, and whether it was answered alike."""

    name: str
    zone: str
    sums_ms: float
    calls_ms: float
    is_equal: bool

    @property
    def line(self) -> str:
        differs = "" if self.is_equal else "  DIFFERENT ANSWERS"
        return f"{self.name:20} {self.zone:14} {self.sums_ms:8.0f} ms {self.calls_ms:8.0f} ms{differs}"


def measure(path: Path, rounds: int = ROUNDS) -> tuple[int, int, list[Asked]]:
    """Rows of sums, calls, and each question on the build at ``path``."""
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        rows, calls = (
            int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]) for table in (QUARTERS, "fct_calls")
        )
        return rows, calls, list(_asked(con, rounds))


def of_spend() -> list[str]:
    """The questions that select from `scoped_spend`."""
    return sorted(path.stem for path in questions.QUERIES.glob("*.sql") if "scoped_spend" in path.read_text())


def _asked(con: duckdb.DuckDBPyConnection, rounds: int) -> Iterator[Asked]:
    for name in of_spend():
        for zone in ZONES:
            known = _parameters(con, zone)
            (of_sums, sums), (of_calls, calls) = (
                _best(con, name, known, rounds, is_of_calls=is_of_calls) for is_of_calls in (False, True)
            )
            yield Asked(name, zone, of_sums, of_calls, sums == calls)


def _parameters(con: duckdb.DuckDBPyConnection, zone: str) -> dict[str, Any]:
    [(last,)] = con.execute(f"SELECT max(date) FROM {QUARTERS}").fetchall()
    beyond = datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=2)
    days = {"first": last - timedelta(days=DAYS - 1), "last": last, "until_at": beyond}
    return {**days, **OWN, **as_parameters(Filters(tz=zone))}


def _best(
    con: duckdb.DuckDBPyConnection, name: str, known: dict[str, Any], rounds: int, *, is_of_calls: bool
) -> tuple[float, list[Any]]:
    text = questions.sql(name, is_of_calls=is_of_calls)
    bound, taken, answer = questions.bound(text, known, name), [], []
    for _ in range(rounds):
        started = time.process_time()
        answer = con.execute(text, bound).fetchall()
        taken.append((time.process_time() - started) * 1000)
    return min(taken), answer


def main() -> int:
    """Measure and print; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="a data directory with a published build")
    path = Builds(parser.parse_args().folder).published
    if path is None:
        parser.error("there is no published build")
    rows, calls, asked = measure(path)
    say(f"{calls:,} calls are {rows:,} rows of sums")
    say(f"{'question':20} {'days of':14} {'sums':>11} {'calls':>11}")
    for one in asked:
        say(one.line)
    return int(rows > calls or not all(one.is_equal for one in asked))


if __name__ == "__main__":
    sys.exit(main())
