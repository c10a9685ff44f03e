"""Budgets that will probably end beyond their limit, as the published build forecasts them."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from app import figures
from spanledger.alerts.events import PAGES, Row, amount, ask, counted, pairs
from transforms.alerts.event import BUDGET, FORECAST, WARNING, Event, described
from transforms.alerts.rules import ForecastRule

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outlook:
    """How likely an open counter ends beyond its limit, and the event that this is where it is likely enough."""

    chance: float
    event: Event


def of_build(warehouse: Path) -> tuple[Outlook, ...] | None:
    """Of each open counter within its limit with a forecast; None of a build that cannot say. Raises duckdb.Error."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        try:
            return tuple(_outlook(row) for row in ask(connection, "outlooks"))
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            logger.warning("this build cannot say %s (%s); the next one may", FORECAST, str(error).splitlines()[0])
            return None


def likely(outlooks: Iterable[Outlook], rule: ForecastRule) -> Iterator[Event]:
    """Those that the rule makes an alert of."""
    return (one.event for one in outlooks if rule.at is not None and one.chance >= float(rule.at))


def _outlook(row: Row) -> Outlook:
    limit, low, middle, high = (
        amount(row[name], "usd") for name in ("limit_usd", "forecast_low_usd", "forecast_usd", "forecast_high_usd")
    )
    counter, chance = counted(row["counter_key"]), figures.share(row["probability_over"])
    whose = f" ({described(counter)})" if counter else ""
    day = f", passed about {row['exhausted_on']:%-d %B}" if row["exhausted_on"] else ""
    event = Event(
        kind=FORECAST,
        key="|".join((row["budget_id"], row["counter_key"], str(row["window_start"] or ""))),
        severity=WARNING,
        since=row["since_at"],
        summary=f"budget {row['budget_id']}{whose} is likely ({chance}) to end beyond its limit of {limit}: "
        f"about {middle}, {low} to {high}{day}",
        scope=pairs(row, "organization", "environment") + counter,
        amount_usd=row["forecast_usd"],
        owner=row["owner"],
        page=PAGES[BUDGET],
    )
    return Outlook(row["probability_over"], event)
