"""The filters that all pages share, as they stand in the address: one place for their names and their rules.

Pure: no Streamlit here. `parse` reads an address, `to_params` writes one, and the two are inverse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

UNTAGGED = "(untagged)"
"""Stands in the address and on the page where a row has no value."""

SHARED = ("environment", "organization", "team", "project", "workflow", "model", "source")
"""Dimensions that every page offers; each may hold several values."""

DRILL = (
    "step",
    "class",
    "prompt",
    "cost_center",
    "feature",
    "customer",
    "task",
    "user",
    "service",
    "agent",
    "run",
    "hour",
    "lever",
)
"""Dimensions that only the calls page knows; links lead there with them."""

COMPARED = {"before": "The period before", "4w": "Four weeks earlier", "1y": "A year earlier", "none": "Nothing"}
DEFAULT_COMPARE = "before"
SHIFTS = {"4w": 28, "1y": 364}
"""Days back to the same days of the week: a year is 52 weeks, so that both stretches are equally long."""

PERIODS = {"7d": "7 days", "30d": "30 days", "90d": "90 days", "month": "This month", "all": "All"}
DEFAULT_PERIOD, DEFAULT_ZONE = "30d", "UTC"
NAMES = ("period", "compare", "tz", *SHARED, *DRILL)
"""All that filters say in an address."""

LABELS = {"source": "traffic source", "class": "spend class", "prompt": "prompt version", "cost_center": "cost centre"}


@dataclass(frozen=True)
class Filters:
    """`period` is a key of PERIODS or `YYYY-MM-DD..YYYY-MM-DD` (both ends included), `compare` one of COMPARED or such
    days; `tz` is the IANA name of the zone whose days they are."""

    period: str = DEFAULT_PERIOD
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compare: str = DEFAULT_COMPARE
    tz: str = DEFAULT_ZONE

    def to_params(self) -> dict[str, list[str]]:
        """The address that `parse` reads back; defaults are left out, so a plain page has a plain address."""
        usual = {"period": DEFAULT_PERIOD, "compare": DEFAULT_COMPARE, "tz": DEFAULT_ZONE}
        said = {name: [getattr(self, name)] for name, default in usual.items() if getattr(self, name) != default}
        return said | {name: list(self.chosen[name]) for name in (*SHARED, *DRILL) if self.chosen.get(name)}

    def with_only(self, **values: str | None) -> "Filters":
        """These filters narrowed further: a link to what one row of a table is made of. None is the untagged row."""
        narrowed = {name.rstrip("_"): (UNTAGGED if value is None else value,) for name, value in values.items()}
        return replace(self, chosen={**self.chosen, **narrowed})

    def shared_only(self) -> "Filters":
        return replace(self, chosen={name: values for name, values in self.chosen.items() if name in SHARED})


@dataclass(frozen=True)
class Window:
    """The period's days in the reader's zone, both ends included, and those that it is compared with.

    `before_first` and `before_last` are equally many, else None: then `not_compared` says why, unless nothing was asked
    for. `against` is the stretch to compare with also where it is not equally long.
    """

    first: date
    last: date
    before_first: date | None = None
    before_last: date | None = None
    against: tuple[date, date] | None = None
    not_compared: str = ""
    is_running: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def shift(self) -> int:
        """Days from the start of what is compared with to the period's start."""
        assert self.before_first is not None
        return (self.first - self.before_first).days


def parse(params: Mapping[str, Sequence[str]], options: Mapping[str, Sequence[str]]) -> tuple[Filters, list[str]]:
    """Read an address. Returns the filters and one notice for each value that cannot be used and was left out.

    `options` holds the values each shared dimension has in the current build, and the zones as `tz`; drill dimensions
    take any text.
    """
    period, notices = _period(params)
    compare, refused = _compare(params)
    zone, unknown = _zone(params, options)
    notices += refused + unknown
    chosen = {}
    for name in (*SHARED, *DRILL):
        values = tuple(dict.fromkeys(params.get(name, ())))
        known = tuple(value for value in values if name in DRILL or value in options.get(name, ()))
        notices += [
            f"No {LABELS.get(name, name)} called “{value}” in this data; that filter was left out."
            for value in values
            if value not in known
        ]
        if known:
            chosen[name] = known
    return Filters(period, chosen, compare, zone), notices


def _last(params: Mapping[str, Sequence[str]], name: str, default: str) -> str:
    return (list(params.get(name, ())) or [default])[-1]


def _period(params: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    asked = _last(params, "period", DEFAULT_PERIOD)
    if asked in PERIODS or days_of(asked):
        return asked, []
    said = f"The period “{asked}” in the address is not one of {', '.join(PERIODS)} or YYYY-MM-DD..YYYY-MM-DD; "
    return DEFAULT_PERIOD, [f"{said}showing the last {PERIODS[DEFAULT_PERIOD]} instead."]


def _compare(params: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    asked = _last(params, "compare", DEFAULT_COMPARE)
    if asked in COMPARED or days_of(asked):
        return asked, []
    said = f"What to compare with, “{asked}” in the address, is not one of {', '.join(COMPARED)} or "
    return DEFAULT_COMPARE, [f"{said}YYYY-MM-DD..YYYY-MM-DD; comparing with the period before."]


def _zone(params: Mapping[str, Sequence[str]], options: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    asked = _last(params, "tz", DEFAULT_ZONE)
    if asked == DEFAULT_ZONE or asked in options.get("tz", ()):
        return asked, []
    said = f"No time zone called “{asked}” is known here; an IANA name such as Europe/Berlin was expected."
    return DEFAULT_ZONE, [f"{said} Days and times are UTC's."]


def days_of(period: str) -> tuple[date, date] | None:
    """The first and last day that `YYYY-MM-DD..YYYY-MM-DD` names; None for any other text."""
    first, dots, last = period.partition("..")
    try:
        ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    return ends if dots and ends[0] <= ends[1] else None


def window(
    period: str, first_day: date, today: date, compare: str = DEFAULT_COMPARE, covered_from: date | None = None
) -> Window:
    """The days of a period when the data runs from `first_day` to `today`, with those that it is compared with.

    Nothing is compared with days that the data does not cover wholly, from `covered_from` (usually the first day) to
    the day before today: half a period would read as a rise. `today` is still running.
    """
    first, last = _days_of_period(period, first_day, today)
    here = Window(first, last, is_running=first <= today <= last)
    if compare == "none" or (compare == DEFAULT_COMPARE and period == "all"):
        return here
    against = _days_compared(compare, here)
    problem = _uncovered(against, covered_from or first_day, today)
    if problem:
        return replace(here, not_compared=problem)
    length = (against[1] - against[0]).days + 1
    if length != here.days:
        problem = f"{days_words(*against)} has {length} days, the period {here.days}: only equally many are compared"
        return replace(here, against=against, not_compared=problem)
    return replace(here, before_first=against[0], before_last=against[1], against=against)


def _days_of_period(period: str, first_day: date, today: date) -> tuple[date, date]:
    custom = days_of(period)
    if custom:
        return custom
    if period == "all":
        return first_day, today
    if period == "month":
        return today.replace(day=1), today
    return today - timedelta(days=int(period.removesuffix("d")) - 1), today


def _days_compared(compare: str, period: Window) -> tuple[date, date]:
    shift = timedelta(days=SHIFTS.get(compare, period.days))
    return days_of(compare) or (period.first - shift, period.last - shift)


def _uncovered(against: tuple[date, date], covered_from: date, today: date) -> str:
    if against[0] < covered_from:
        return f"{days_words(*against)} is not compared: the data holds whole days from {covered_from:%-d %b %Y} on"
    if against[1] >= today:
        return f"{days_words(*against)} is not compared: {today:%-d %b %Y} is still running"
    return ""


def days_words(first: date, last: date) -> str:
    """`24 Oct to 22 Nov 2026`, `30 Dec 2025 to 2 Jan 2026`, `1 to 9 Nov 2026`, `1 Nov 2026`."""
    if first == last:
        return f"{last:%-d %b %Y}"
    start = f"{first:%-d}" if (first.year, first.month) == (last.year, last.month) else f"{first:%-d %b}"
    return f"{start if first.year == last.year else f'{first:%-d %b %Y}'} to {last:%-d %b %Y}"


def short_days(first: date, last: date) -> str:
    """`24 Oct – 22 Nov`, `1 – 9 Nov`, `1 Nov`: for a narrow place."""
    if first == last:
        return f"{last:%-d %b}"
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first:%-d} – {last:%-d %b}" if same_month else f"{first:%-d %b} – {last:%-d %b}"


def as_parameters(filters: Filters) -> dict[str, Any]:
    """Bound parameters of the scopes in `queries/scopes`: the zone; a list of values, or None where one is open."""
    named = {name: list(filters.chosen[name]) if filters.chosen.get(name) else None for name in (*SHARED, *DRILL)}
    return {"tz": filters.tz, **named}


def text(value: Any) -> str:
    """Text as it is; the untagged is said, not left blank."""
    return UNTAGGED if value is None or value == "" else str(value)
