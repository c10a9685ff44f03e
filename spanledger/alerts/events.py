"""What is so now, as the published build says it. A table that a build does not have says nothing.

Each kind of event is a question in `sql/` and a function that makes an event of a row of its answer.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb

from app import figures
from transforms.alerts import words
from transforms.alerts.event import (
    ANOMALY,
    BUDGET,
    BUILD,
    CRITICAL,
    DRIFT,
    SILENCE,
    UNPRICED,
    WARNING,
    Event,
    Pairs,
    described,
)
from transforms.alerts.rules import SilenceRule

logger = logging.getLogger(__name__)

SQL = Path(__file__).parent / "sql"
Row = Mapping[str, Any]

STATES = {"warned": 1, "slowed": 2, "needs_approval": 3, "paused": 4, "exceeded": 5}
"""States of a budget by how bad they are, and what they are called."""
STATE_WORDS = {
    "warned": "",
    "slowed": "; low priority is slowed",
    "needs_approval": "; more needs an approval",
    "paused": "; it is paused",
    "exceeded": "; the limit is exceeded",
}
CRITICAL_STATES = ("paused", "exceeded")
TEN_TIMES = 10
"""An anomaly of so many times what was expected is critical."""
SCOPE_COLUMNS = {"workflow": "workflow_id"}
"""Kinds of an anomaly's scope that are called otherwise than the dimension."""
PAGES = {BUDGET: "budgets", ANOMALY: "anomalies", DRIFT: "anomalies", UNPRICED: "prices", SILENCE: "quality"}


@dataclass(frozen=True)
class Service:
    """One that normally reports."""

    scope: Pairs
    last_at: datetime
    usual_gap: timedelta

    @property
    def name(self) -> str:
        """As its spans say it."""
        return dict(self.scope)["service_name"]


@dataclass(frozen=True)
class Seen:
    """What one build says: events, the kinds that could be asked for, and the services it knows."""

    events: tuple[Event, ...] = ()
    judged: frozenset[str] = frozenset()
    services: tuple[Service, ...] = ()


def of_build(warehouse: Path) -> Seen:
    """Ask the published build. Raises duckdb.Error."""
    events: list[Event] = []
    judged = set()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        there = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        there |= {name for (name,) in connection.execute("select view_name from duckdb_views()").fetchall()}
        for kind, (question, tables, read) in QUESTIONS.items():
            if there.issuperset(tables):
                try:
                    events += [read(row) for row in ask(connection, question)]
                except (duckdb.BinderException, duckdb.CatalogException) as error:
                    logger.warning("this build cannot say %s (%s); the next one may", kind, str(error).splitlines()[0])
                else:
                    judged.add(kind)
        services = tuple(_service(row) for row in ask(connection, "services")) if "fct_calls" in there else ()
    return Seen(tuple(events), frozenset(judged), services)


def silent(services: tuple[Service, ...], rule: SilenceRule, until: datetime) -> Iterator[Event]:
    """Services that should have reported by ``until``, the time up to which everything sent would be known."""
    for one in services:
        allowed = max(rule.least, one.usual_gap * rule.times)
        if until - one.last_at <= allowed or not any(fnmatchcase(one.name, pattern) for pattern in rule.services):
            continue
        # the words must not depend on when somebody looks
        yield Event(
            kind=SILENCE,
            key=_key(one.scope),
            severity=WARNING,
            since=one.last_at,
            summary=f"{one.name} has been silent for more than {words.lasting(allowed)}",
            scope=one.scope,
            page=PAGES[SILENCE],
        )


def failing(since: datetime, reason: str) -> Event:
    """That no build comes about."""
    first_line = reason.strip().splitlines()[0][:200] if reason.strip() else "no reason was given"
    summary = f"no new build comes about, figures stand still: {first_line}"
    return Event(kind=BUILD, key=BUILD, severity=CRITICAL, since=since, summary=summary)


def ask(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """The rows that the question `sql/<name>.sql` finds."""
    rows: list[dict[str, Any]] = connection.execute((SQL / f"{name}.sql").read_text()).to_arrow_table().to_pylist()
    return rows


def _budget(row: Row) -> Event:
    spent, limit = (amount(row[name], row["unit"]) for name in ("spent", "limit_amount"))
    used = f"{row['share_used']:.0%} of it" if row["share_used"] is not None else "all of it"
    least = "at least " if row["unit"] == "usd" and row["unpriced_calls"] else ""
    counter = counted(row["counter_key"])
    # a rolling window begins a quarter of an hour later each quarter of an hour: what lasts is one incident
    window = row["window_start"] if row["window_kind"] != "rolling" else None
    whose = f" ({described(counter)})" if counter else ""
    return Event(
        kind=BUDGET,
        key="|".join((row["budget_id"], row["counter_key"], str(window or ""))),
        severity=CRITICAL if row["state"] in CRITICAL_STATES else WARNING,
        since=row["since_at"],
        summary=f"budget {row['budget_id']}{whose}: {least}{spent} of {limit} spent, {used}{STATE_WORDS[row['state']]}",
        scope=pairs(row, "organization", "environment") + counter,
        level=STATES[row["state"]] * 100 + row["crossed"],
        amount_usd=row["spent_usd"],
        owner=row["owner"],
        tell=tuple(row["told"] or ()),
        page=PAGES[BUDGET],
    )


def amount(number: Any, unit: str) -> str:
    """`$1.20`, or `1,200 tokens`."""
    return figures.money(Decimal(number)) if unit == "usd" else f"{int(number):,} {unit}"


def counted(key: str) -> Pairs:
    """The values that a counter's key names."""
    parts = (part.partition("=") for part in key.split("&") if part)
    return tuple((dimension, unquote(value)) for dimension, _, value in parts)


def _anomaly(row: Row) -> Event:
    actual, expected = row["actual_usd"], row["expected_usd"]
    dimension = str(SCOPE_COLUMNS.get(row["scope_kind"], row["scope_kind"]))
    about: Pairs = ((dimension, row["scope"] or ""),) if dimension != "organization" else ()
    driven = f", driven by {' and '.join(row['drivers'])}" if row["drivers"] else ""
    whose = described(about) or "all spend"
    return Event(
        kind=ANOMALY,
        key=row["anomaly_id"],
        severity=CRITICAL if actual >= expected * TEN_TIMES else WARNING,
        since=row["first_at"],
        summary=f"{whose}: {figures.money(actual)} where {figures.money(expected)} is usual{driven}",
        scope=pairs(row, "organization", "environment") + about,
        level=row["excess_usd"].adjusted(),  # told again when it is ten times as much
        amount_usd=row["excess_usd"],
        page=PAGES[ANOMALY],
    )


def _drift(row: Row) -> Event:
    scope = pairs(row, "organization", "environment", "workflow_id", "traffic_source")
    name = f"a run of {row['workflow_id'] or 'no workflow'}"
    version = f", with {row['version_kind'].replace('_', ' ')} {row['version_after']}" if row["version_after"] else ""
    change = f"{name} costs {figures.money(row['after_usd'])} instead of {figures.money(row['before_usd'])}{version}"
    over = f"{name} costs {figures.money(row['rolling_usd'])}, its budget is {figures.money(row['budget_usd'])}"
    is_change = row["what"] == "change"
    since = row["change_date"] or row["latest_date"]
    return Event(
        kind=DRIFT,
        key=_key((("what", row["what"]), ("since", str(row["change_date"]) if is_change else ""), *scope)),
        severity=WARNING,
        since=datetime.combine(since, time(), UTC),
        summary=change if is_change else over,
        scope=scope,
        page=PAGES[DRIFT],
    )


def _unpriced(row: Row) -> Event:
    name = "/".join(part for part in (row["provider"], row["model"]) if part) or "a model without a name"
    calls = "one call" if row["calls"] == 1 else f"{figures.count(row['calls'])} calls"
    counted = f"{calls}, {figures.tokens(row['tokens'])} tokens"
    return Event(
        kind=UNPRICED,
        key=_key(pairs(row, "provider", "model", "organization")),
        severity=WARNING,
        since=row["first_at"],
        summary=f"nobody has a price for {name}: {counted} in seven days count as unknown cost",
        scope=pairs(row, "organization", "model"),
        page=PAGES[UNPRICED],
    )


def _service(row: Row) -> Service:
    about = pairs(row, "organization", "environment", "service_name")
    return Service(about, row["last_at"], timedelta(seconds=row["usual_gap_s"]))


def pairs(row: Row, *names: str) -> Pairs:
    """Those that are said."""
    return tuple((name, str(row[name])) for name in names if row[name])


def _key(pairs: Pairs) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


QUESTIONS: dict[str, tuple[str, frozenset[str], Callable[[Row], Event]]] = {
    BUDGET: ("budgets", frozenset({"rpt_budget_status", "dim_budgets", "build_info"}), _budget),
    ANOMALY: ("anomalies", frozenset({"rpt_anomalies"}), _anomaly),
    DRIFT: ("drift", frozenset({"rpt_drift", "rpt_usage_daily"}), _drift),
    UNPRICED: ("unpriced", frozenset({"fct_calls"}), _unpriced),
}
"""By kind: the question, the tables it needs, and what makes an event of a row."""
