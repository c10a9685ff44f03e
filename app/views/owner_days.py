"""Spend day by day of each team or project, side by side on one scale."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from app import charts, evidence, figures, grids
from app.cards import finding
from app.context import Context
from app.filters import UNTAGGED
from app.grids import Column
from app.words import UNATTRIBUTED_NAME

TITLES = {"team": "Team", "project": "Project"}
SHOWN = 7
REST = "all others"
ZERO = Decimal(0)
Days = dict[date, Decimal]


def section(context: Context, by: str) -> None:
    """Small multiples of the largest and of all others together; nothing where there are less than two to compare."""
    rows = context.rows("owner_days", by=by)
    names = shown_as(rows)
    groups = together(rows, names)
    if len(groups) < 2:
        return
    totals = {name: sum(days.values(), ZERO) for name, days in groups.items()}
    listed = [_line(context, name, days, totals[name]) for name, days in groups.items()]

    def calls(name: str, at: date) -> str:
        chosen = tuple(UNTAGGED if one is None else one for one, shown in names.items() if shown == name)
        shared = context.filters.shared_only()
        return context.link("calls", replace(shared, period=f"{at}..{at}", chosen={**shared.chosen, by: chosen}))

    finding(_sentence(listed), "Spend of calls per day, all rows on one scale")
    evidence.of(rows)
    charts.group_days(groups, totals, calls)
    grids.grid(
        listed,
        [
            Column("name", TITLES[by]),
            grids.money("cost_usd", "Spend", bar=True),
            grids.money(
                "usual_usd", "Usual day", definition="Half of the period's days cost less, half more.", is_minor=True
            ),
            grids.money("top_usd", "Dearest day"),
            Column("top", "On", _day, href=lambda row: calls(row["name"], row["top"])),
        ],
    )


def shown_as(rows: list[dict[str, Any]]) -> dict[str | None, str]:
    """Under which name each is shown: the largest under their own, the largest first, the others together."""
    sums: dict[str | None, Decimal] = {}
    for row in rows:
        sums[row["name"]] = sums.get(row["name"], ZERO) + row["cost_usd"]
    ordered = sorted(sums, key=lambda name: (-sums[name], name or ""))
    return {name: _name(name) if number < SHOWN else REST for number, name in enumerate(ordered)}


def together(rows: list[dict[str, Any]], names: Mapping[str | None, str]) -> dict[str, Days]:
    """Spend by day of each name that is shown."""
    groups: dict[str, Days] = {name: {} for name in names.values()}
    for row in rows:
        days = groups[names[row["name"]]]
        days[row["date"]] = days.get(row["date"], ZERO) + row["cost_usd"]
    return groups


def _name(name: str | None) -> str:
    return UNATTRIBUTED_NAME if name is None else name


def _day(at: date) -> str:
    return f"{at:%a %-d %b %Y}"


def _line(context: Context, name: str, days: Days, total: Decimal) -> dict[str, Any]:
    """A day without a call is a day that cost nothing."""
    window = context.window
    first = max(window.first, min(days))
    each = [days.get(first + timedelta(days=number), ZERO) for number in range((window.last - first).days + 1)]
    top = max(days, key=lambda at: (days[at], at))
    return {"name": name, "cost_usd": total, "usual_usd": median(each), "top": top, "top_usd": days[top]}


def _sentence(listed: list[dict[str, Any]]) -> str:
    """Whose dearest day stands furthest above a usual one."""
    known = [row for row in listed if row["usual_usd"] and row["name"] != REST]
    if not known:
        return f"{listed[0]['name']} has the largest part"
    far = max(known, key=lambda row: (row["top_usd"] / row["usual_usd"], row["name"]))
    times = figures.multiple(far["top_usd"] / far["usual_usd"])
    return f"{far['name']} stands out most: {figures.money(far['top_usd'])} on {far['top']:%-d %b}, {times} a usual day"
