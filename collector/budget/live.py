"""Spend as it is seen live: what the published build says, and beside it what has landed since.

Run as `python -m collector.budget.live` by the collector. Two lines of JSON on standard input say how it is configured
and what the decision service knows; the input then stays open for as long as it is wanted.

It says one JSON object a line on standard output, each figure in place of what it said of the same before:

    {"spend": {counter: amount}, "why": "build …"}   what spans say was spent, in the unit of the counter's budget
    {"seen": [{"reservation": …}]}                   what they say of reservations (`events.Seen`)
    {"knowledge": {…}}                               prices and earlier runs, for estimates
    {"as_of_ns": …, "source": …}                     all that had arrived by then is in it
"""

import contextlib
import json
import logging
import os
import select
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import duckdb

from collector.budget import archive
from collector.budget.arrivals import Arrivals
from collector.budget.books import book_of
from collector.budget.counters import counter_id, ends_at, moment, run_of
from collector.budget.provisional import Call, Row, Trace, began_ns, organization_and_trace
from collector.budget.published import Published
from collector.config import CollectorConfig
from collector.logs import configure_logging
from collector.store.lake_file import LakeError
from collector.store.lean import keep_memory, without_pandas
from transforms.budgets.book import BudgetBook, counter_of, matches
from transforms.budgets.versions import periods
from transforms.budgets.windows import BUCKET_S
from transforms.published_build import current_build

logger = logging.getLogger(__name__)

POLL_S = 0.25
RETRY_S = 1.0
_THOROUGH_S = 30.0
_KEPT = timedelta(hours=26)
"""How long calls of reservations are kept one by one after the last of them."""
_KEPT_UNPRICED = timedelta(days=35)
"""How long, where one of them has no price yet."""
_A_LINE = 10_000
"""Counters or reservations that are said at once."""
_SLOW_CLOCK_NS = 300 * 10**9
"""How much earlier than its grant a call may say that it began."""

TraceKey = tuple[str, bytes]
T = TypeVar("T")


class Live:
    """What is known of spend; `look` brings it up to date."""

    def __init__(self, config: CollectorConfig, book: BudgetBook, known: Mapping[str, Any]) -> None:
        """``known`` is what the service knows (`BudgetService.known`)."""
        self._config, self._book = config, book
        self._periods = periods(book.budgets, moment(known["at_ns"]))
        self._said: dict[str, int] = dict(known["spend"])
        self._granted: Mapping[str, int] = known["granted"]
        self._began_ns: int = known["at_ns"]
        self._seen_said: dict[str, dict[str, Any]] = {}
        self._base: dict[str, int] = {}
        self._base_made: tuple[str | None, int] | None = None
        self._traces: dict[TraceKey, Trace] = {}
        self._spend_of: dict[TraceKey, dict[str, int]] = {}
        self._landed: defaultdict[str, int] = defaultdict(int)
        self._changed: set[str] = set()  # counters, since what was said last
        self._touched: set[str] = set()  # reservations
        self._reserved: defaultdict[str, dict[tuple[str, str], Call]] = defaultdict(dict)
        self._next_thorough = 0.0
        self._open(current_build(config.data))
        self._arrivals = Arrivals(config, self._published.segments)
        for call in self._published.reserved(moment(known["since_ns"]), []):
            self._reserve(call)

    @property
    def said(self) -> dict[str, int]:
        """What the service takes counters to stand at."""
        return dict(self._said)

    def look(self, now_ns: int) -> list[dict[str, Any]]:
        """What is to be said now."""
        as_of_ns, at, said = self._arrivals.as_of_ns(now_ns), moment(now_ns), []
        build = current_build(self._config.data)
        if build != self._published.build:
            self._open(build)
            self._forget_built()
            self._learn_prices()
        segments = self._read()
        why = f"segment {segments[-1]}" if segments else "time"
        made = (build, now_ns // 10**9 // BUCKET_S)
        if self._base_made != made:
            why = f"build {build}"
            self._turn(at)
            self._base, self._base_made = self._published.spend(self._book, at, self._runs()), made
            self._changed = {*self._said, *self._base, *self._landed}
            said.append({"knowledge": self._published.knowledge(at)})
        said += self._news(why, at)
        source = f"build {build}, and what has landed since" if build else "what has landed; there is no build yet"
        return [*said, {"as_of_ns": as_of_ns, "source": source}]

    def _open(self, build: str | None) -> None:
        self._published = Published(self._config.data, build)

    def _turn(self, at: datetime) -> None:
        """Another version of a budget may hold by now."""
        now = periods(self._book.budgets, at)
        if now != self._periods:
            self._periods = now
            for key in self._traces:
                self._count(key)

    def _runs(self) -> set[str]:
        """Runs that something was said of, or has landed: what they spent is not forgotten, however quiet they are."""
        return {run for name in {*self._said, *self._landed} if (run := run_of(name)) is not None}

    def _read(self) -> list[str]:
        is_thorough = time.monotonic() >= self._next_thorough
        if is_thorough:
            self._next_thorough = time.monotonic() + _THOROUGH_S
        touched: set[TraceKey] = set()
        segments = []
        for segment, rows in self._arrivals.new(is_thorough=is_thorough):
            segments.append(segment)
            if segment not in self._published.segments:
                touched |= self._add(self._unknown(rows))
        for key in touched:
            self._count(key)
        return segments

    def _unknown(self, rows: list[Row]) -> list[Row]:
        """``rows`` without spans that the build has; an exporter sends again what it had no answer to."""
        traces = {row["trace_id"].hex() for row in rows if began_ns(row) <= self._published.newest_ns}
        known = self._published.known(traces) if traces else set()
        return [
            row
            for row in rows
            if (organization_and_trace(row)[0], row["trace_id"].hex(), row["span_id"].hex()) not in known
        ]

    def _add(self, rows: Iterable[Row]) -> set[TraceKey]:
        touched = set()
        for row in rows:
            key = organization_and_trace(row)
            self._traces.setdefault(key, Trace()).rows[row["span_id"]] = row
            touched.add(key)
        return touched

    def _count(self, key: TraceKey) -> None:
        try:
            calls = self._traces[key].calls(self._published.rates)
        except Exception:  # one trace our own code stumbles over must not stop all others; the build reads it anew
            logger.exception("the calls of trace %s cannot be told before a build", key[1].hex())
            return
        spend: defaultdict[str, int] = defaultdict(int)
        for call in calls:
            for counter, amount in self._counted(call):
                spend[counter] += amount
            if call.reservation:
                self._reserve(call)
        self._land(key, spend)

    def _land(self, key: TraceKey, spend: Mapping[str, int]) -> None:
        """``spend`` takes the place of what the trace counted before."""
        before = self._spend_of.pop(key, {})
        for counter in {*before, *spend}:
            self._landed[counter] += spend.get(counter, 0) - before.get(counter, 0)
            self._changed.add(counter)
        if spend:
            self._spend_of[key] = dict(spend)

    def _reserve(self, call: Call) -> None:
        name = str(call.reservation)
        granted = moment(self._granted.get(name, self._began_ns) - _SLOW_CLOCK_NS)
        if call.at < granted:
            return  # it belongs to an earlier reservation of that name, which is over
        self._reserved[name][call.key] = call
        self._touched.add(name)

    def _counted(self, call: Call) -> list[tuple[str, int]]:
        budgets = [one.budget for one in self._periods if one.holds(call.at) and matches(one.budget, call.scope)]
        return [
            (counter_id(budget, counter_of(budget, call.scope, call.at), call.at), call.amount(budget.unit))
            for budget in budgets
        ]

    def _forget_built(self) -> None:
        """Leave to the build what it has read."""
        rows = [row for trace in self._traces.values() for row in trace.rows.values()]
        unread = [row for row in rows if row["segment"] not in self._published.segments]
        left: defaultdict[TraceKey, dict[bytes, Row]] = defaultdict(dict)
        for row in self._unknown(unread):
            left[organization_and_trace(row)][row["span_id"]] = row
        for key, trace in list(self._traces.items()):
            if len(left[key]) == len(trace.rows):
                continue
            del self._traces[key]
            self._land(key, {})
            if left[key]:
                self._traces[key] = Trace(left[key])
                self._count(key)

    def _learn_prices(self) -> None:
        """Calls of reservations that had no price may have one in the build; old reservations are forgotten."""
        unpriced = {key[0] for calls in self._reserved.values() for key, call in calls.items() if call.is_unknown}
        for call in self._published.reserved(datetime.max.replace(tzinfo=UTC), sorted(unpriced)) if unpriced else ():
            self._reserve(call)
        now = datetime.now(UTC)
        for name, calls in list(self._reserved.items()):
            kept = _KEPT_UNPRICED if any(call.is_unknown for call in calls.values()) else _KEPT
            if max(call.at for call in calls.values()) < now - kept:
                del self._reserved[name]
                self._seen_said.pop(name, None)

    def _news(self, why: str, at: datetime) -> list[dict[str, Any]]:
        totals = {
            name: self._base.get(name, 0) + self._landed[name] for name in self._changed if self._is_open(name, at)
        }
        changed = {name: amount for name, amount in totals.items() if self._said.get(name, 0) != amount}
        self._said.update(changed)
        seen = [said for name in self._touched if (said := self._seen_now(name, self._reserved[name]))]
        self._changed, self._touched = set(), set()
        spend = [{"spend": dict(part), "why": why} for part in _in_parts(list(changed.items()))]
        return [*spend, *({"seen": part} for part in _in_parts(seen))]

    def _is_open(self, counter: str, at: datetime) -> bool:
        """Whether its window is not over: of others the build's part is not read any more."""
        end = ends_at(counter, self._book)
        return end is None or end > at

    def _seen_now(self, name: str, calls: Mapping[tuple[str, str], Call]) -> dict[str, Any] | None:
        counters: defaultdict[str, int] = defaultdict(int)
        for call in calls.values():
            for counter, amount in self._counted(call):
                counters[counter] += amount
        said = {
            "reservation": name,
            "calls": len(calls),
            "unpriced": sum(call.usd is None for call in calls.values()),
            "uncounted": sum(call.tokens is None for call in calls.values()),
            "amounts": {unit: sum(call.amount(unit) for call in calls.values()) for unit in ("usd", "tokens", "steps")},
            "counters": dict(counters),
        }
        if self._seen_said.get(name) == said:
            return None
        self._seen_said[name] = said
        return said


def _in_parts(said: list[T]) -> list[list[T]]:
    return [said[first : first + _A_LINE] for first in range(0, len(said), _A_LINE)]


def main() -> int:
    """Follow spend for the collector."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    without_pandas()
    keep_memory()
    config, known = CollectorConfig.from_json(_read_line()), json.loads(_read_line())
    configure_logging("budget", config.log_format, config.log_level)
    follow(sys.stdin.fileno(), config, known)
    return 0


def follow(listener: int, config: CollectorConfig, known: dict[str, Any]) -> None:
    """Look again and again until the pipe ``listener`` is closed; what cannot be read is read anew."""
    live, pause_s = None, 0.0
    while not select.select([listener], [], [], pause_s)[0]:
        try:
            live = live or Live(config, book_of(known["book"]), known)
            for said in live.look(time.time_ns()):
                _say(said)
            archive.run(config.data)
            pause_s = POLL_S
        except (OSError, LakeError, duckdb.Error) as error:
            logger.error("spend cannot be read just now: %s", error)
            _say({"problem": f"spend cannot be read just now: {error}"})
            known = known | ({"spend": live.said} if live else {})
            live, pause_s = None, RETRY_S


def _say(said: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), json.dumps(said).encode() + b"\n")


def _read_line() -> str:
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        raise SystemExit("two lines are missing on standard input; this process is started by the collector")
    return line.decode()


if __name__ == "__main__":
    sys.exit(main())
