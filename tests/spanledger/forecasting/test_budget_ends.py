"""What a counter's own forecast takes from beside its days: events of what it lies within, what was spent long ago."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from spanledger.forecasting import budgets
from spanledger.forecasting.budgets import Counter, Days
from spanledger.forecasting.budgets.ending import shares
from transforms.forecasts import PriceStep
from transforms.forecasts.events_file import PlannedEvent

TODAY = date(2026, 11, 22)
NOVEMBER = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
LAUNCH = ("launch", "acme", "team", "search", date(2026, 11, 22), date(2026, 11, 30), Decimal(3))


def end(
    *named: tuple[str, str],
    events: tuple[PlannedEvent, ...] = (),
    window: tuple[datetime | None, datetime | None] = NOVEMBER,
    earlier: float = 210.0,
    steps: tuple[PriceStep, ...] = (),
    limit: float = 400.0,
) -> dict[str, Any]:
    """A counter of ten dollars a day, 210 of them in its window so far."""
    counter = Counter("b", "", *window, limit, "k", tuple(sorted(named)), 0.0)
    usd = np.full(60, 10.0)
    days = Days(TODAY, TODAY - timedelta(days=60), usd, usd * 0, earlier, steps)
    [row] = budgets.rows_apart(None, events, {counter: days})
    return row


ACME, SEARCH = ("organization", "acme"), ("team", "search")


@pytest.mark.parametrize(
    ("named", "about"),
    [
        ((ACME, SEARCH), 480),
        ((ACME, SEARCH, ("user_id", "ann")), 480),
        ((ACME, ("team", "other")), 300),
        ((ACME,), 300),  # a part of its calls alone
        ((SEARCH,), 300),  # the other organizations' too
        ((("organization", "other"), SEARCH), 300),
    ],
)
def test_an_event_holds_for_counters_within_its_scope(named: tuple[tuple[str, str], ...], about: float) -> None:
    row = end(*named, events=(PlannedEvent(*LAUNCH),))
    assert row["forecast_usd"] == pytest.approx(about, rel=0.03)


def test_a_launch_everywhere_holds_for_a_budget_of_all_organizations() -> None:
    everywhere = PlannedEvent("launch", None, None, None, *LAUNCH[4:])
    assert end(events=(everywhere,))["forecast_usd"] == pytest.approx(480, rel=0.03)
    assert end(ACME, events=(everywhere,))["forecast_usd"] == pytest.approx(480, rel=0.03)


def test_an_announced_price_of_its_calls_is_in_it_at_once() -> None:
    row = end(steps=(PriceStep(TODAY, 0.4),))
    assert row["forecast_usd"] == pytest.approx(210 + 9 * 4, rel=0.03)


def test_what_all_time_spent_before_the_history_counts() -> None:
    assert end(window=(None, None), earlier=350.0)["exhausted_on"] == TODAY + timedelta(days=5)
    long_ago = end(window=(None, None), earlier=500.0)
    assert long_ago["exhausted_on"] < TODAY


def test_a_day_counts_by_the_hours_of_the_window() -> None:
    """A day in Kolkata begins at 18:30 the day before."""
    begins = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    found = shares(date(2026, 11, 21), 4, begins, begins + timedelta(days=1))
    assert found.tolist() == pytest.approx([0, 5.5 / 24, 18.5 / 24, 0])
    assert shares(TODAY, 3, None, None).tolist() == [1, 1, 1]
    assert shares(TODAY, 3, None, begins + timedelta(days=1)).tolist() == pytest.approx([1, 18.5 / 24, 0])
