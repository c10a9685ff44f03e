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
    "lever",
)
"""Dimensions that only the calls page knows; links lead there with them."""

PERIODS = {"7d": "7 days", "30d": "30 days", "90d": "90 days", "month": "This month", "all": "All"}
DEFAULT_PERIOD = "30d"
LABELS = {"source": "traffic source", "class": "spend class", "prompt": "prompt version", "cost_center": "cost centre"}


@dataclass(frozen=True)
class Filters:
    """`period` is a key of PERIODS or `YYYY-MM-DD..YYYY-MM-DD` (both ends included, UTC days)."""

    period: str = DEFAULT_PERIOD
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_params(self) -> dict[str, list[str]]:
        """The address that `parse` reads back; defaults are left out, so a plain page has a plain address."""
        period = {} if self.period == DEFAULT_PERIOD else {"period": [self.period]}
        return period | {name: list(self.chosen[name]) for name in (*SHARED, *DRILL) if self.chosen.get(name)}

    def with_only(self, **values: str | None) -> "Filters":
        """These filters narrowed further: a link to what one row of a table is made of. None is the untagged row."""
        narrowed = {name.rstrip("_"): (UNTAGGED if value is None else value,) for name, value in values.items()}
        return replace(self, chosen={**self.chosen, **narrowed})

    def shared_only(self) -> "Filters":
        return replace(self, chosen={name: values for name, values in self.chosen.items() if name in SHARED})


@dataclass(frozen=True)
class Window:
    """Two equal stretches of UTC days, both ends included: the period and, where the data has it, the one before."""

    first: date
    last: date
    before_first: date | None
    before_last: date | None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def parse(params: Mapping[str, Sequence[str]], options: Mapping[str, Sequence[str]]) -> tuple[Filters, list[str]]:
    """Read an address. Returns the filters and one notice for each value that cannot be used and was left out.

    `options` holds the values each shared dimension has in the current build; drill dimensions take any text.
    """
    notices: list[str] = []
    period = (list(params.get("period", ())) or [DEFAULT_PERIOD])[-1]
    if period not in PERIODS and days_of(period) is None:
        notices.append(
            f"The period “{period}” in the address is not one of {', '.join(PERIODS)} or YYYY-MM-DD..YYYY-MM-DD; "
            f"showing the last {PERIODS[DEFAULT_PERIOD]} instead."
        )
        period = DEFAULT_PERIOD
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
    return Filters(period, chosen), notices


def days_of(period: str) -> tuple[date, date] | None:
    """The first and last day that `YYYY-MM-DD..YYYY-MM-DD` names; None for any other text."""
    first, dots, last = period.partition("..")
    try:
        ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    return ends if dots and ends[0] <= ends[1] else None


def window(period: str, first_day: date, today: date) -> Window:
    """The days of a period when the data runs from `first_day` to `today`, with the equal period before it.

    There is none to compare with unless the data covers all of it: half a period would read as a rise.
    """
    custom = days_of(period)
    if custom:
        first, last = custom
    elif period == "all":
        return Window(first_day, today, None, None)
    elif period == "month":
        first, last = today.replace(day=1), today
    else:
        first, last = today - timedelta(days=int(period.removesuffix("d")) - 1), today
    span = last - first + timedelta(days=1)
    if first - span < first_day:
        return Window(first, last, None, None)
    return Window(first, last, first - span, last - span)


def as_parameters(filters: Filters) -> dict[str, Any]:
    """Bound parameters of the scopes in `queries/scopes`: a list of values, or None where a dimension is open."""
    return {name: list(filters.chosen[name]) if filters.chosen.get(name) else None for name in (*SHARED, *DRILL)}


def text(value: Any) -> str:
    """Text as it is; the untagged is said, not left blank."""
    return UNTAGGED if value is None or value == "" else str(value)
