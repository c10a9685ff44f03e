"""What was spent on what: over time, and by workflow, team or model."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from app import figures, measures
from app.filters import text
from app.palette import GREY, RANKED, TRAFFIC_SOURCE, VERMILLION
from spanledger.reports.asking import Asking
from spanledger.reports.document import Bar, Bars, Ranking, Series, Table

Row = Mapping[str, Any]
SHOWN = 8
NAMED = 6
"""Parts of a stack with a colour of their own; the rest are one."""
NOUNS = {"workflow_id": "workflow", "team": "team", "model": "model", "step": "step", "traffic_source": "source"}
ZERO = Decimal(0)


def by_time(
    asking: Asking, by: str, step: str, *, first: date | None = None, marked: date | None = None
) -> Bars | None:
    """Spend by day, week or month, stacked by one tag, since the data begins; None where nothing was spent."""
    first = max(first or asking.period.first, asking.extent["first_day"] or asking.period.first)
    rows = asking.rows_from(first, "parts_of_time", by=by, cut=step)
    names = _names(rows)
    if not names:
        return None
    places = _places(first, asking.period.until, step)
    values = _values(rows, names)
    series = tuple(
        Series(_name(one, len(names)), _colour(by, one, place), tuple(usd.get(day, ZERO) for day in places))
        for place, (one, usd) in enumerate(values.items())
    )
    labels = tuple(f"{day:%b %Y}" if step == "month" else f"{day:%-d %b}" for day in places)
    noun = f"{step} by {NOUNS[by]}" if len(series) > 1 else step
    return Bars(labels, series, f"spend by {noun}", places.index(marked) if marked else None)


def _names(rows: Sequence[Row]) -> list[Any]:
    """All that something was spent on, the dearest first."""
    sums: dict[Any, Decimal] = {}
    for row in rows:
        sums[row["name"]] = sums.get(row["name"], ZERO) + row["cost_usd"]
    return [name for name in sorted(sums, key=lambda one: (-sums[one], str(one))) if sums[name] > 0]


def _values(rows: Sequence[Row], names: Sequence[Any]) -> dict[Any, dict[date, Decimal]]:
    """The spend of each part over time; from some number of parts on the least are one."""
    named = names if len(names) <= NAMED + 1 else names[:NAMED]
    values: dict[Any, dict[date, Decimal]] = {name: {} for name in named}
    for row in rows:
        part = values.setdefault(row["name"] if row["name"] in named else _OTHERS, {})
        part[row["starts_on"]] = part.get(row["starts_on"], ZERO) + row["cost_usd"]
    return {name: usd for name, usd in values.items() if any(usd.values())}


_OTHERS = object()


def _name(one: Any, parts: int) -> str:
    return f"{parts - NAMED} others" if one is _OTHERS else text(one)


def _colour(by: str, one: Any, place: int) -> str:
    if by == "traffic_source":
        return TRAFFIC_SOURCE.get(one, GREY)
    return GREY if one is _OTHERS or not one else RANKED[place % len(RANKED)]


def _places(first: date, last: date, step: str) -> list[date]:
    """The beginnings of all days, weeks or months that the days touch."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    starts = {
        "day": lambda day: day,
        "week": lambda day: day - timedelta(days=day.weekday()),
        "month": lambda day: day.replace(day=1),
    }[step]
    return list(dict.fromkeys(map(starts, days)))


def groups_table(asking: Asking, by: str) -> tuple[Table, list[Row]] | None:
    """What each workflow, team or model cost, and its change; the rows behind it, the dearest first."""
    rows = asking.rows("groups", by=by)
    if not rows:
        return None
    before = {row["name"]: row["cost_usd"] for row in asking.rows_before("groups", by=by)}
    total = sum((row["cost_usd"] for row in rows), ZERO)
    line = partial(_group, before=before if asking.has_before else None, total=total)
    lines = [line(text(row["name"]), [row]) for row in rows[:SHOWN]]
    if rest := rows[SHOWN:]:
        lines.append(line(f"{len(rest)} more", rest))
    gone = set(before) - {row["name"] for row in rows}
    ended = [{"name": name, "calls": 0, "cost_usd": ZERO, "waste_usd": ZERO} for name in gone]
    had_cost = sum((before[name] for name in gone), ZERO)
    note = f"What ended had cost {figures.money(had_cost)} in the period before." if had_cost else ""
    head = (NOUNS[by].capitalize(), "Calls", "Spend", "Share", "Change", "Wasted")
    table = Table(head, tuple(lines), frozenset(range(1, 6)), line("All", [*rows, *ended]), note, frozenset((1, 5)))
    return table.without(figures.UNKNOWN), list(rows)


def _group(name: str, group: Sequence[Row], *, before: Mapping[Any, Decimal] | None, total: Decimal) -> tuple[str, ...]:
    """A line of some rows together; without ``before`` there is nothing to compare with."""
    calls = figures.count(sum(row["calls"] for row in group))
    cost, waste = (sum((row[key] for row in group), ZERO) for key in ("cost_usd", "waste_usd"))
    moved = figures.UNKNOWN
    if before is not None:
        moved = figures.signed_money(cost - sum((before.get(row["name"], ZERO) for row in group), ZERO))
    return name, calls, figures.money(cost), figures.share(cost, total or None), moved, figures.money(waste)


def unit_cost_ranking(rows: Sequence[Row]) -> Ranking:
    """Cost per successful task of several workflows, each with its interval."""
    return Ranking(
        tuple(
            Bar(
                text(row["name"]),
                Decimal(str(row["per_success_usd"])),
                measures.per_success(row).replace("at least", "≥"),
                VERMILLION if row["is_heavy_tailed"] else RANKED[0],
                *(None if row[end] is None else Decimal(str(row[end])) for end in ("ci_low_usd", "ci_high_usd")),
            )
            for row in rows
        ),
        "cost per successful task by workflow, with 95 % intervals",
    )
