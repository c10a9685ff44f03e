"""What a page gets to work with: the build, the filters, the days, and questions bound to them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from app import questions, warehouse
from app.evidence.answers import Answer, Asked
from app.filters import Filters, Window, as_parameters
from app.times import zones
from app.warehouse import Build, ClosedError

_BEYOND = timedelta(days=1)
"""No day of any zone ends later than this after its UTC day."""


@dataclass(frozen=True)
class Context:
    """`until_at` is the start of the newest call in the build: the moment a period that is still running reaches to."""

    build: Build
    filters: Filters
    window: Window
    until_at: datetime
    asked: set[str] = field(default_factory=set)
    """The questions that the page has put so far."""

    def rows(self, name: str, **extra: Any) -> list[dict[str, Any]]:
        """The answer to a question over the period, as dicts."""
        return self._answer(name, self._parameters(before=False) | extra)

    def rows_before(self, name: str, **extra: Any) -> list[dict[str, Any]]:
        """The same over what the period is compared with, cut at the same quarter of an hour if the period is still
        running; [] where nothing is compared, or calls of then are no longer kept."""
        if self.window.before_first is None:
            return []
        try:
            return self._answer(name, self._parameters(before=True) | extra)
        except ClosedError:  # of the period itself it can be answered
            return []

    def _answer(self, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows, each with the question it answers."""
        self.asked.add(name)
        asked = self._asked(name, parameters)
        return Answer(warehouse.rows(self.build.path, name, parameters), asked)

    def asking(self, name: str, **extra: Any) -> Asked:
        """A question over the period that is put only when somebody takes its answer away."""
        return self._asked(name, self._parameters(before=False) | extra)

    def _asked(self, name: str, parameters: dict[str, Any]) -> Asked:
        """Raises ClosedError where the answer would be of a part of the period, as calls of the rest are gone."""
        kept = self.build.calls_from
        if kept and parameters["first"] < kept and questions.reads_calls(questions.own(name), parameters):
            raise ClosedError(kept)
        return Asked(self.build.path, name, parameters)

    def is_theirs(self, name: str) -> bool:
        """Whether a question can be put for this reader: one of a whole organization cannot for those of a team."""
        return warehouse.is_theirs(self.build.path, name)

    def link(self, page: str, filters: Filters | None = None, **own: str) -> str:
        """A relative address of a page with these filters (default: the present ones) and its own parameters."""
        params = (filters or self.filters.shared_only()).to_params()
        text = urlencode([*((name, value) for name, values in params.items() for value in values), *own.items()])
        return f"{page}?{text}" if text else page

    def calls_link(self, **narrowed: str | None) -> str:
        """The calls a figure is made of. A trailing underscore keeps clear of Python's words (`class_`)."""
        return self.link("calls", self.filters.shared_only().with_only(**narrowed))

    def day_link(self, day: date, **narrowed: str | None) -> str:
        """As `calls_link`, of one day alone."""
        days = replace(self.filters.shared_only(), period=f"{day}..{day}")
        return self.link("calls", days.with_only(**narrowed))

    @property
    def zone(self) -> str:
        """The IANA name of the zone whose days and hours the page shows."""
        return self.filters.tz

    def local(self, at: datetime) -> datetime:
        """A moment by the clock of the reader's zone."""
        return zones.local(at, self.zone)

    def moment(self, at: datetime, *, has_seconds: bool = False) -> str:
        """`2026-11-22 09:25` by that clock."""
        return f"{self.local(at):{'%Y-%m-%d %H:%M:%S' if has_seconds else '%Y-%m-%d %H:%M'}}"

    def of_utc_days(self) -> "Context":
        """For figures that are kept by UTC day: their links lead to the calls of those days."""
        return replace(self, filters=replace(self.filters, tz=zones.USUAL))

    def _parameters(self, *, before: bool) -> dict[str, Any]:
        """The days, and the cut of what a period that is still running is compared with: to the quarter of an hour, as
        sums are kept. The period itself is not cut: nothing in the build is later."""
        days = self.window
        first, last, until = days.first, days.last, datetime.combine(days.last + _BEYOND, time.max, UTC)
        if before:
            assert days.before_first is not None
            assert days.before_last is not None
            if days.is_running:
                until = zones.end_of_quarter(self.until_at) - timedelta(microseconds=1)
            first, last, until = days.before_first, days.before_last, zones.days_earlier(until, days.shift, self.zone)
        return {"first": first, "last": last, "until_at": until, **as_parameters(self.filters)}
