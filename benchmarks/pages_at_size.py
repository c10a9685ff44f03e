"""Server time of every page of the explorer on a large warehouse.

    python -m benchmarks.pages_at_size --folder size        a data directory with a published build, or
    python -m benchmarks.pages_at_size --calls 1000000      one made for it, of nine days

Draws each page of `app.pages.PAGES`, and a dear trace, with the filters a page opens with, through Streamlit's own
script runner without a browser (`streamlit.testing`): the page's whole script with its caches, widgets and charts. A
server would add the browser's start and its questions, and take the same for the script. Not in it: the socket.

*Cold* is the first visit after a build: nothing is cached, the warehouse is not open, the modules are loaded. *Warm* is
the same page once more. Wall seconds on an idle machine are the server's time; CPU seconds of the process, all its
threads together, stand beside them. The median of several rounds. The files may be in the system's cache: a build has
just written them.

Exits 1 when a page's first paint needs more than `MOST_S`.
"""

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import warehouse
from app.pages import PAGES
from benchmarks import build_at_size
from benchmarks.measuring import say
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from spanledger.published.builds import Builds

MOST_S = 1.0
PATIENCE_S = 300
NAMED, WORTH_MS = 4, 20.0


@dataclass(frozen=True)
class Visit:
    """One drawing of a page; ``asked``: wall seconds that each question took, all its askings together."""

    wall_s: float
    cpu_s: float
    asked: Mapping[str, float]


@dataclass(frozen=True)
class Page:
    """A page's visits, cold and warm, of equal number."""

    title: str
    cold: tuple[Visit, ...]
    warm: tuple[Visit, ...]

    @property
    def cold_s(self) -> float:
        return statistics.median(visit.wall_s for visit in self.cold)

    def line(self) -> str:
        """The page's row of the table, with the questions that took most of its first paint."""
        return (
            f"{self.title:<26} {self.cold_s:7.3f} {_cpu(self.cold):7.3f} {_asked_s(self.cold):9.3f} "
            f"{statistics.median(visit.wall_s for visit in self.warm):8.3f} {_cpu(self.warm):7.3f}  {self._dear()}"
        )

    def _dear(self) -> str:
        taken = {
            name: statistics.median(visit.asked.get(name, 0.0) for visit in self.cold) * 1000
            for name in {name for visit in self.cold for name in visit.asked}
        }
        dear = sorted(taken.items(), key=lambda one: -one[1])[:NAMED]
        return ", ".join(f"{name} {taken_ms:.0f}" for name, taken_ms in dear if taken_ms >= WORTH_MS)


def _cpu(visits: tuple[Visit, ...]) -> float:
    return statistics.median(visit.cpu_s for visit in visits)


def _asked_s(visits: tuple[Visit, ...]) -> float:
    return statistics.median(sum(visit.asked.values()) for visit in visits)


def measure(data: Path, rounds: int) -> Iterator[Page]:
    """Every page of the published build in ``data``; raises RuntimeError naming the page that ends in an error."""
    with mock.patch.dict(os.environ, {"SPANLEDGER_DATA": str(data)}):
        for title, url, params in _addresses(data):
            _draw(title, url, params)  # loads what the page imports
            cold, warm = [], []
            for _ in range(rounds):
                _forget()
                cold.append(_draw(title, url, params))
                warm.append(_draw(title, url, params))
            yield Page(title, tuple(cold), tuple(warm))


def _addresses(data: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    for group in PAGES.values():
        for entry in group:
            yield entry.title, entry.url, {}
    [organization, trace_id] = _dear_trace(data)
    yield "Trace of a dear call", "trace", {"trace": trace_id, "org": organization}


def _dear_trace(data: Path) -> tuple[str, str]:
    path = Builds(data).published
    if path is None:
        raise FileNotFoundError(f"{data / 'builds'} names no published build: build one, or leave --folder out")
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "select coalesce(organization, ''), trace_id from fct_calls where date = (select max(date) from fct_calls) "
            "order by cost_usd desc nulls last, trace_id limit 1"
        ).fetchall()
    [(organization, trace_id)] = found
    return organization, trace_id


def _script(url: str) -> None:
    from app.pages import PAGES
    from app.shell import draw

    draw(next(entry for group in PAGES.values() for entry in group if entry.url == url))


def _forget() -> None:
    """As after a build: no answer is cached and the warehouse is closed."""
    st.cache_data.clear()
    st.cache_resource.clear()
    gc.collect()


def _draw(title: str, url: str, params: Mapping[str, str]) -> Visit:
    test = AppTest.from_function(_script, kwargs={"url": url}, default_timeout=PATIENCE_S)
    for name, value in params.items():
        test.query_params[name] = value
    asked: dict[str, float] = {}
    with _noted(asked):
        wall, cpu = time.perf_counter(), time.process_time()
        test.run()
        taken = Visit(time.perf_counter() - wall, time.process_time() - cpu, asked)
    said = [*(one.message for one in test.exception), *(one.value for one in test.error)]
    if said:
        raise RuntimeError(f"the page {title} cannot be drawn: {said[0]}")
    return taken


@contextmanager
def _noted(asked: dict[str, float]) -> Iterator[None]:
    """Notes in ``asked`` what each question took that reached the warehouse."""
    ask = warehouse._run

    def timed(path: str, name: str, *more: Any) -> Any:
        started = time.perf_counter()
        try:
            return ask(path, name, *more)
        finally:
            asked[name] = asked.get(name, 0.0) + time.perf_counter() - started

    with mock.patch.object(warehouse, "_run", timed):
        yield


def report(data: Path, rounds: int) -> bool:
    """Print the table; whether every page keeps the promise."""
    say(f"{'page, seconds':<26} {'cold':>7} {'CPU':>7} {'questions':>9} {'warm':>8} {'CPU':>7}  dearest questions, ms")
    pages = []
    for page in measure(data, rounds):
        pages.append(page)
        say(page.line())
    late = [page.title for page in pages if page.cold_s > MOST_S]
    say(f"{len(pages) - len(late)} of {len(pages)} pages painted within {MOST_S:g} s of server time, cold")
    for title in late:
        say(f"BROKEN: {title} needs more than {MOST_S:g} s")
    return not late


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 where a page needs too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, help="a data directory with a published build; it is only read")
    parser.add_argument("--calls", type=int, default=1_000_000, help="of the warehouse made where no folder is named")
    parser.add_argument("--days", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    if options.folder:
        return int(not report(options.folder, options.rounds))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_at_size.make(folder, options.calls, options.days, seed=7)
        Builder(folder, folder / "lake", PriceFiles(folder / "prices.csv")).build(full_refresh=True)
        return int(not report(folder, options.rounds))


if __name__ == "__main__":
    sys.exit(main())
