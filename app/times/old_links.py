"""Links of when the page "Why it changed" had days of its own: they say the same with the filters' words."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from app.filters import days_of

_LENGTHS = {"last_28_days": 28, "last_7_days": 7}
NAMES = ("before", "after", "month")
"""What only such links say; an address that was read forgets them."""


def renewed(params: Mapping[str, Sequence[str]], today: date) -> dict[str, Sequence[str]] | None:
    """An old link's parameters as today's; None for any other address, and for days that cannot be meant."""
    asked = {name: list(params[name])[-1] for name in ("compare", *NAMES) if params.get(name)}
    stretches = _stretches(asked, today)
    if stretches is None:
        return None
    after, before = (f"{first}..{last}" for first, last in stretches)
    return {**params, "period": [after], "compare": [before]}


def _stretches(asked: Mapping[str, str], today: date) -> tuple[tuple[date, date], tuple[date, date]] | None:
    """The later one and the earlier one; both end before today, which is still running."""
    compare = asked.get("compare", "")
    if compare in _LENGTHS:
        return _last_days(_LENGTHS[compare], today - timedelta(days=1))
    if compare == "month":
        return _months(asked.get("month", f"{today:%Y-%m}"), today)
    after, before = days_of(asked.get("after", "")), days_of(asked.get("before", ""))
    return (after, before) if compare == "days" and after and before else None


def _last_days(length: int, last: date) -> tuple[tuple[date, date], tuple[date, date]]:
    back = timedelta(days=length)
    first = last - back + timedelta(days=1)
    return (first, last), (first - back, last - back)


def _months(month: str, today: date) -> tuple[tuple[date, date], tuple[date, date]] | None:
    """A month and the one before; of one that is still running, as many days of both."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    end_of_before = first - timedelta(days=1)
    first_before = end_of_before.replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    if today >= next_month:
        return (first, next_month - timedelta(days=1)), (first_before, end_of_before)
    last = max(today - timedelta(days=1), first)
    return (first, last), (first_before, min(first_before + (last - first), end_of_before))
