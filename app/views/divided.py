"""Whose calls spend is made of, level by level: organization, team, project and workflow as an icicle."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from app import charts, evidence, figures, grids, words
from app.cards import finding
from app.charts.partition import Path, Rectangle, partition
from app.context import Context
from app.filters import UNTAGGED
from app.grids import Column
from app.measures import ratio
from app.palette import RANKED

Row = dict[str, Any]
LEVELS = {"organization": "Organization", "team": "Team", "project": "Project", "workflow_id": "Workflow"}
FILTERS = {"workflow_id": "workflow"}
LISTED, NEARLY_ALL = 10, Decimal("0.99")
ZERO = Decimal(0)


def section(context: Context) -> None:
    """The icicle with its largest parts as a table; nothing where the period has no spend."""
    rows = context.rows("owner_tree")
    total = sum((row["cost_usd"] for row in rows), ZERO)
    if total <= 0:
        return
    columns = list(LEVELS)[_is_of_one(rows, total) :]
    leaves = [(tuple(row[column] for column in columns), row["cost_usd"]) for row in rows]
    parts = _largest(leaves)
    finding(_sentence(parts[0], total), _note(columns))
    evidence.of(rows)
    if min(usd for _, usd in leaves) >= 0:
        levels = [LEVELS[column] for column in columns]
        charts.icicle(leaves, levels, _colours(leaves), lambda one: _calls(context, columns, one))
    _grid(context, columns, parts[:LISTED], rows, total)


def _is_of_one(rows: list[Row], total: Decimal) -> bool:
    """Whether one organization has all but a trace of the spend: then it divides nothing."""
    largest = _largest([((row["organization"],), row["cost_usd"]) for row in rows])[0][1]
    return largest >= NEARLY_ALL * total


def _sentence(largest: tuple[Path, Decimal], total: Decimal) -> str:
    path, usd = largest
    names = [_name(name) for name in path]
    of = f"{figures.share(usd, total)} of {figures.money(total)}"
    return f"The largest part is {names[-1]} of {' / '.join(names[:-1])}: {of}"


def _note(columns: list[str]) -> str:
    named = ", ".join(LEVELS[name].lower() for name in columns)
    return f"What calls cost by {named}; charges that are no calls are not in it"


def _largest(leaves: list[tuple[Path, Decimal]]) -> list[tuple[Path, Decimal]]:
    """Each path once, the dearest first."""
    sums: dict[Path, Decimal] = {}
    for path, usd in leaves:
        sums[path] = sums.get(path, ZERO) + usd
    return sorted(sums.items(), key=lambda one: (-one[1], str(one[0])))


def _colours(leaves: list[tuple[Path, Decimal]]) -> dict[str | None, str]:
    """The largest of the first level in the order of the palette; whoever is not named, is grey."""
    whole = partition(((path[:1], usd) for path, usd in leaves), ZERO)
    named = [one.names[0] for one in whole if one.names[0] is not None]
    return dict(zip(named, RANKED, strict=False))


def _calls(context: Context, columns: list[str], one: Rectangle) -> str:
    """The calls of exactly this rectangle."""
    names = [*((name,) for name in one.path), one.names]
    chosen = {
        FILTERS.get(column, column): tuple(_name(name) for name in of)
        for column, of in zip(columns, names, strict=False)
    }
    shared = context.filters.shared_only()
    return context.link("calls", replace(shared, chosen={**shared.chosen, **chosen}))


def _name(name: str | None) -> str:
    return UNTAGGED if name is None else name


def _grid(
    context: Context, columns: list[str], parts: list[tuple[Path, Decimal]], rows: list[Row], total: Decimal
) -> None:
    calls: dict[Path, int] = {}
    for row in rows:
        path = tuple(row[column] for column in columns)
        calls[path] = calls.get(path, 0) + row["calls"]
    paths = {_written(path): path for path, _ in parts}
    listed = [
        {"part": _written(path), "cost_usd": usd, "share": ratio(usd, total), "calls": calls[path]}
        for path, usd in parts
    ]
    grids.grid(
        listed,
        [
            Column("part", "Part", html=lambda row: _part(context, columns, paths[row["part"]])),
            grids.money("cost_usd", "Spend", bar=True),
            grids.number("share", "Share", figures.share),
            grids.number("calls", "Calls", definition=words.CALLS, is_minor=True),
        ],
    )


def _written(path: Path) -> str:
    return " / ".join(_name(name) for name in path)


def _part(context: Context, columns: list[str], path: Path) -> str:
    one = Rectangle(path[:-1], path[-1:], ZERO, ZERO)
    return grids.explained(_name(path[-1]), _written(path[:-1]), _calls(context, columns, one))
