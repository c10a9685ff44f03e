"""The business file: what a month earned and whom it served, which no span can know.

    month,scope_kind,scope,revenue_usd,other_cost_usd,requests,active_users
    2026-10,organization,,100000,45000,2000000,5000
    2026-10,team,support,30000,,,1200

A line is a month of a scope: the whole organization, a team, a project or a workflow. What is left empty is unknown;
requests that are left empty are the production runs that the spans show. Where the data hold one organization, a file
need not name it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from transforms.csv_lines import Line, read_lines
from transforms.yaml_lines import ConfigError

SCOPE_KINDS = ("organization", "team", "project", "workflow")
REQUIRED = ("month",)
OPTIONAL = (
    *("organization", "environment", "scope_kind", "scope"),
    *("revenue_usd", "other_cost_usd", "requests", "active_users"),
)


@dataclass(frozen=True)
class Business:
    """One line. ``month`` is its first day, ``environment`` None all together, ``scope`` None the organization."""

    month: date
    organization: str
    environment: str | None
    scope_kind: str
    scope: str | None
    revenue_usd: Decimal | None
    other_cost_usd: Decimal | None
    requests: int | None
    active_users: int | None

    @property
    def key(self) -> tuple[date, str, str | None, str, str | None]:
        """What one line may say once."""
        return (self.month, self.organization, self.environment, self.scope_kind, self.scope)


def read_business(text: str, name: str) -> list[Business]:
    """The lines of CSV text. Raises ConfigError naming line and column."""
    found: dict[object, Business] = {}
    for line in read_lines(text, name, REQUIRED, OPTIONAL, ConfigError):
        one = _business(line)
        if one.key in found:
            line.refuse(f"{one.month:%Y-%m} of this scope stands twice")
        found[one.key] = one
    return list(found.values())


def _business(line: Line) -> Business:
    kind = line.one_of("scope_kind", SCOPE_KINDS) if line.text("scope_kind") else "organization"
    scope = line.text("scope") or None
    if (scope is None) != (kind == "organization"):
        line.refuse("scope: expected a name, except where scope_kind is organization")
    return Business(
        month=_month(line),
        organization=line.text("organization"),
        environment=line.text("environment") or None,
        scope_kind=kind,
        scope=scope,
        revenue_usd=_amount(line, "revenue_usd"),
        other_cost_usd=_amount(line, "other_cost_usd"),
        requests=_count(line, "requests"),
        active_users=_count(line, "active_users"),
    )


def _month(line: Line) -> date:
    """`2026-10`, or a day or instant of it, as other programs write months."""
    text = line.required("month")
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        line.refuse(f"month is {text!r}, expected YYYY-MM")


def _amount(line: Line, name: str) -> Decimal | None:
    if not line.text(name):
        return None
    amount = line.amount(name)
    return amount if amount >= 0 else line.refuse(f"{name} is {amount}, expected 0 or more")


def _count(line: Line, name: str) -> int | None:
    amount = _amount(line, name)
    if amount is None:
        return None
    return int(amount) if amount == int(amount) else line.refuse(f"{name} is {amount}, expected a whole number")
