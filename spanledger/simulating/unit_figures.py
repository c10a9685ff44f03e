"""Unit economics told in lines and rows."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from spanledger.exits import USAGE, Failure
from spanledger.published import current
from spanledger.simulating.rows import COUNT, relation
from transforms.columns import MONEY
from transforms.decisions.projection import Growth, Turning, project, turning
from transforms.decisions.unit_economics import SCALES, Unit, share_known

SHARE = pa.decimal128(18, 4)
SCHEMA = pa.schema(
    [
        ("month", COUNT),
        *((name, MONEY) for name in ("cost_usd", "revenue_usd", "other_cost_usd")),
        ("requests", COUNT),
        ("active_users", COUNT),
        *((name, MONEY) for name in ("cost_per_request_usd", "cost_per_user_usd", "revenue_per_user_usd")),
        *((name, SHARE) for name in ("ai_cost_ratio", "gross_margin")),
        *((name, pa.float64()) for name in ("margin_p10", "margin_p90")),
    ]
)


NOTICEABLE = 0.01
CHANGES = ("users_growth", "requests_growth", "revenue_growth", "efficiency")


def told(data: Path, said: dict[str, Any]) -> tuple[list[str], duckdb.DuckDBPyRelation]:
    """What the command says. Raises Failure, DecisionError."""
    now, growth = _now(data, said), Growth(*(said[name] for name in CHANGES))
    units = project(now, growth, said["months"])
    found = None if now.gross_margin is None else turning(now, growth, said["months"], said["target_margin"])
    rows = [_row(month, unit, found) for month, unit in enumerate(units)]
    return [*_judged(now), _turning(found, said)], relation(SCHEMA, rows)


def _now(data: Path, said: dict[str, Any]) -> Unit:
    """The month to begin with: what is typed wins over what the build says."""
    names = ("cost_usd", "revenue_usd", "requests", "active_users", "other_cost_usd")
    known: dict[str, Any] = {} if said["cost_usd"] is not None else _published(data, said)
    known |= {name: said[name] for name in names if said[name] is not None}
    return Unit(**known)


def _published(data: Path, said: dict[str, Any]) -> dict[str, Any]:
    row = _month_of(data, said)
    counts = {name: Decimal(row[name]) for name in ("requests", "active_users") if row[name] is not None}
    money = ("cost_usd", "revenue_usd", "other_cost_usd")
    if not (known := share_known(row)):
        raise Failure(f"none of the {row['calls']:,} calls of that month has a known cost; type --cost-usd", USAGE)
    return {name: row[name] for name in money if row[name] is not None} | counts | {"known_share": known}


def _month_of(data: Path, said: dict[str, Any]) -> dict[str, Any]:
    """The month of the only scope that was meant."""
    asked = {name: said[name] for name in ("scope_kind", "scope", "organization")}
    with current.opened(data) as connection:
        rows = connection.execute(current.question("unit_economics"), asked).to_arrow_table().to_pylist()
    of = f"{said['scope_kind']} {said['scope']!r}" if said["scope"] else f"any {said['scope_kind']}"
    if not rows:
        raise Failure(f"no whole month of spend of {of}; type --cost-usd", USAGE)
    if len(named := sorted({row["organization"] for row in rows})) > 1:
        raise Failure(f"{of} is of several organizations: {', '.join(named)}; choose with --organization", USAGE)
    if len(rows) > 1:
        raise Failure(f"there are {', '.join(row['scope'] for row in rows[:20])}; choose with --scope", USAGE)
    return dict(rows[0])


def _row(month: int, unit: Unit, found: Turning | None) -> dict[str, Any]:
    measured = {name: getattr(unit, name) for name in SCHEMA.names if hasattr(unit, name)}
    ends = {
        f"margin_{end}": round(getattr(found, f"margin_{end}")[month], 4) if found else None for end in ("p10", "p90")
    }
    return measured | {"month": month} | ends


def _judged(now: Unit) -> list[str]:
    words = {
        "ai_cost_ratio": "of revenue goes to models",
        "gross_margin": "gross margin",
        "cost_per_request_usd": "a request",
    }
    lines = []
    for name in SCALES:
        value, judged = getattr(now, name), now.judged[name]
        if value is not None:
            figure = f"${value:,.6f}" if name == "cost_per_request_usd" else f"{value:.1%}"
            lines.append(f"{_bound(now, name)}{figure} {words[name]}: {judged or 'no verdict'}.")
    if now.is_at_least:
        lines.append(f"The cost of {1 - now.known_share:.1%} of the calls is unknown.")
    return lines or ["Neither revenue nor requests are known: nothing to judge."]


def _bound(now: Unit, name: str) -> str:
    if not now.is_at_least:
        return ""
    return "At most " if SCALES[name].is_high_good else "At least "


def _turning(found: Turning | None, said: dict[str, Any]) -> str:
    target = f"{said['target_margin']:.0%}"
    if found is None:
        return "Without revenue there is no margin, and no month in which it turns."
    does = f"falls below {target}" if found.is_there_now else f"comes to {target}"
    when, early, late = (_month(month, said["months"]) for month in (found.expected, found.p10, found.p90))
    never = f", and in {found.share_never:.0%} of cases it does not" if found.share_never >= NOTICEABLE else ""
    return f"The margin {does} {when}; by the ranges named one time in ten {early}, nine in ten {late}{never}."


def _month(month: int | None, months: int) -> str:
    return f"not within {months} months" if month is None else f"by month {month}"
