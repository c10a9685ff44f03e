"""Forecast: the month's end from the recent daily rate, with a range from the rule's own past errors."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import streamlit as st

from app import charts, figures, grids, words
from app.cards import Card, cards, finding, headline
from app.context import Context
from app.filters import Window
from app.grids import Column
from transforms.forecast import COVERAGE, FEWEST_TRIALS, SCALE_DAYS, MonthEnd, Trial, month_end


def render(context: Context) -> None:
    """The period filter does not matter here: the rule always looks at the last days of the data."""
    today = context.until_at.date()
    whole = replace(context, window=Window(date(1970, 1, 1), today, None, None))
    daily = [(row["date"], float(row["cost_usd"] or 0)) for row in whole.rows("daily_spend")]
    if not [day for day, _ in daily if day < today]:
        headline(
            "A forecast needs one full day of spend",
            "It will stand here tomorrow, wide at first, and narrow as days pass.",
        )
        return
    ahead = month_end(daily, today)
    month = f"{today:%B %Y}"
    headline(
        f"{month} will end at about {figures.money(ahead.expected_usd)}, "
        f"between {figures.money(ahead.low_usd)} and {figures.money(ahead.high_usd)}",
        f"{figures.money(ahead.spent_usd)} spent in full days so far, then {figures.money(ahead.rate_usd)} a day for "
        f"{_days(ahead.days_left)}. "
        f"Range: {COVERAGE:.0%} aimed at. The period filter does not apply here.",
    )
    if ahead.is_short:
        st.info(
            f"Short history: the rule could be tried on {len(ahead.trials)} earlier days only (it wants "
            f"{FEWEST_TRIALS}), so the range is kept wide.",
            icon=":material/hourglass_empty:",
        )
    _cards(context, ahead, daily, today)
    finding(
        f"Spend of {month}, day by day to its end",
        "Solid: spent. Dashed: expected. Band: range from the rule's own past errors",
    )
    charts.month_fan(*_paths(ahead, daily, today))
    _trials(ahead)


def _cards(context: Context, ahead: MonthEnd, daily: list[tuple[date, float]], today: date) -> None:
    last_month = today.replace(day=1) - timedelta(days=1)
    previous = sum(usd for day, usd in daily if (day.year, day.month) == (last_month.year, last_month.month))
    has_all = daily[0][0] <= last_month.replace(day=1)
    change = figures.change(ahead.expected_usd, previous) if has_all else None
    missed = _median([abs(trial.error) for trial in ahead.trials])
    recent = [usd for day, usd in daily if today - timedelta(days=SCALE_DAYS) <= day < today]
    cards(
        [
            Card(
                "Expected for the month",
                figures.money(ahead.expected_usd),
                words.FORECAST,
                range=f"{figures.money(ahead.low_usd)} – {figures.money(ahead.high_usd)}",
                change=change,
                before=f"{figures.money(previous)} in {last_month:%B}",
            ),
            Card(
                "Spent so far",
                figures.money(ahead.spent_usd),
                words.SPENT_SO_FAR,
                change=f"{today.day - 1} of {today.day - 1 + ahead.days_left} days",
                href=context.link("calls", replace(context.filters.shared_only(), period="month")),
            ),
            Card(
                "Daily rate", figures.money(ahead.rate_usd), words.DAILY_RATE, change="last 7 full days", spark=recent
            ),
            Card(
                "Usual miss",
                figures.share(missed),
                words.USUAL_MISS,
                change=f"{len(ahead.trials)} forecasts tried on this history",
            ),
        ]
    )


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _median(values: list[float]) -> float | None:
    return sorted(values)[len(values) // 2] if values else None


def _paths(
    ahead: MonthEnd, daily: list[tuple[date, float]], today: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The month's running sum up to yesterday, and from there to the end along straight lines."""
    known, running, spent = dict(daily), 0.0, []
    for number in range(today.day - 1):
        day = today.replace(day=number + 1)
        running += known.get(day, 0.0)
        spent.append({"date": day, "usd": running})
    ends = {"usd": ahead.expected_usd, "low": ahead.low_usd, "high": ahead.high_usd}
    path = [
        {"date": today + timedelta(days=number - 1)}
        | {name: ahead.spent_usd + (end - ahead.spent_usd) * number / ahead.days_left for name, end in ends.items()}
        for number in range(ahead.days_left + 1)
    ]
    return spent, path


def _trials(ahead: MonthEnd) -> None:
    if not ahead.trials:
        return
    finding(
        f"How the same rule did on earlier days, over {_days(ahead.days_left)} each",
        "Each row knew only the days before it; the newest ten are shown.",
    )
    grids.grid(
        [asdict(trial) | {"off": _off(trial)} for trial in reversed(ahead.trials[-10:])],
        [
            Column("on", "Forecast made on"),
            grids.money("expected_usd", "Expected"),
            grids.money("actual_usd", "Came"),
            grids.number("off", "Off by", _signed_percent),
        ],
    )


def _off(trial: Trial) -> float | None:
    """How far what came lay from what was expected, as a share of that."""
    return (trial.actual_usd - trial.expected_usd) / trial.expected_usd if trial.expected_usd else None


def _signed_percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:+.0f} %".replace("-", figures.MINUS)
