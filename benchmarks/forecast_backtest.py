"""Forecasts made again on every earlier day asked, in time order, and what then came. See benchmarks.forecasts."""

import calendar
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import numpy as np

from benchmarks.daily_panels import Panel
from transforms.forecasts import PLAIN, Forecast, PriceStep, Series, forecast_all
from transforms.forecasts.distribution import HIGHEST_PROBABILITY, LOWEST_PROBABILITY
from transforms.forecasts.paths import generator
from transforms.forecasts.series import Floats

ASKED_ON = (5, 10, 15, 20, 25)
FEWEST_DAYS = 56
Z80 = 1.2815515655446004


@dataclass(frozen=True, eq=False)
class Held:
    """One forecast of the rest of a month beside what came; US dollars (or the panel's unit) unless said.

    ``block``: forecasts of one block share days or shocks and are drawn together when intervals are made. ``daily``:
    of each day (actual − middle) ÷ (bound − middle), bound being the day's 10 % or 90 % quantile on the same side.
    ``over``: (ours, burn rate with a normal error, what came) of the chance to pass a budget.
    """

    block: str
    key: str
    made: date
    level: float
    actual: float
    median: float
    low: float
    high: float
    low95: float
    high95: float
    burn: float
    naive: float
    burn_half: float
    daily_low: Floats
    daily_high: Floats
    daily_middle: Floats
    daily: Floats
    method: str
    days: int
    over: tuple[float, float, bool] | None


def asked(panel: Panel, months: int) -> Iterator[tuple[date, date]]:
    """Of a panel every (day asked, last day forecast): five in each of ``months`` months spread over its time.

    A panel of ten days is asked on the sixth to the ninth.
    """
    if panel.kind == "days":
        first = panel.series[0].first
        yield from ((first + timedelta(days=day), first + timedelta(days=9)) for day in (5, 6, 7, 8))
        return
    first = min(one.first for one in panel.series) + timedelta(days=FEWEST_DAYS)
    end = max(one.end for one in panel.series)
    span = [first + timedelta(days=day) for day in range((end - first).days)]
    days = [day for day in span if day.day in ASKED_ON and _month_end(day) < end]
    every = sorted({(day.year, day.month) for day in days})
    kept = [every[int(place)] for place in np.unique(np.linspace(0, len(every) - 1, months).round())]
    yield from ((day, _month_end(day)) for day in days if (day.year, day.month) in kept)


def backtest(panel: Panel, months: int) -> list[Held]:
    """Each series on each day asked, all of a panel calibrated together on what had passed by then."""
    held: list[Held] = []
    before: dict[str, tuple[date, float]] = {}
    for today, until in asked(panel, months):
        mine = [one for one in panel.series if _is_known(one, today, until, panel.kind)]
        made = forecast_all(mine, today, until)
        for one in mine:
            known = before.get(one.key)
            limit = None
            if known is not None and known[0] == until:
                limit = known[1] * generator(f"budget of {one.key}", today).uniform(0.8, 1.2)
            held.append(_held(one, made[one.key], panel.kind, limit))
            spent = float(one.usd[_begin(one, until, panel.kind) : (today - one.first).days].sum())
            before[one.key] = (until, spent + held[-1].median)
    return held


def stepped(panel: Panel, months: int, factor: float, after_days: int) -> list[tuple[str, float, float]]:
    """Of each forecast (block, |ours − actual|, |burn rate − actual|) ÷ level, with a price step ``after_days`` of it.

    The amounts are real, from the step on times ``factor``; ours is told the step, burn rate sees the dollars.
    """
    found = []
    for today, until in asked(panel, months):
        if today.day not in (10, 20):
            continue
        at = today + timedelta(days=after_days)
        mine = [_changed(one, at, factor) for one in panel.series if _is_known(one, today, until, panel.kind)]
        made = forecast_all(mine, today, until, steps={one.key: [PriceStep(at, factor)] for one in mine})
        for one in mine:
            index = (today - one.first).days
            actual = float(one.usd[index : index + (until - today).days + 1].sum())
            burn = float(one.usd[index - 7 : index].mean()) * ((until - today).days + 1)
            level = max(float(one.usd.mean()), 1e-9)
            ours = made[one.key].total(today, until).quantile(0.5)
            found.append((f"{today:%Y-%m}", abs(ours - actual) / level, abs(burn - actual) / level))
    return found


def _held(one: Series, made: Forecast, kind: str, limit: float | None) -> Held:
    today, until = made.first, made.last
    index, days = (today - one.first).days, (until - today).days + 1
    came, seen = one.usd[index : index + days], one.usd[:index]
    whole, middle = made.total(today, until), made.quantile(0.5)
    low, high = made.quantile(0.1), made.quantile(0.9)
    burn = made.point_usd(PLAIN, until)
    spread = float(seen[-28:].std()) * math.sqrt(days)
    spent = float(one.usd[_begin(one, until, kind) : index].sum())
    actual = float(came.sum())
    over = None
    if limit is not None and limit > spent:
        normal = min(max(_above((limit - spent - burn), spread), LOWEST_PROBABILITY), HIGHEST_PROBABILITY)
        over = (made.probability_over(limit, spent, until), normal, spent + actual > limit)
    quantile: Callable[[float], float] = partial(whole.quantile)
    return Held(
        one.key if kind == "days" else f"{today:%Y-%m}", one.key, today, max(float(one.usd.mean()), 1e-9), actual,
        quantile(0.5), quantile(0.1), quantile(0.9), quantile(0.025), quantile(0.975), burn,
        made.point_usd("seasonal_naive_7", until), Z80 * spread, low, high, middle,
        ratios(came, middle, low, high), made.method, days, over,
    )  # fmt: skip


def ratios(came: Floats, middle: Floats, low: Floats, high: Floats) -> Floats:
    """How far what came is from the middle, in units of the bound's distance on that side; inf where that is 0."""
    side = np.where(came > middle, high - middle, middle - low)
    distance = np.abs(came - middle)
    found: Floats = np.where(
        distance == 0, 0.0, np.divide(distance, side, out=np.full(len(came), np.inf), where=side > 0)
    )
    return found


def _above(distance: float, spread: float) -> float:
    return 0.5 * math.erfc(distance / (spread * math.sqrt(2))) if spread > 0 else float(distance < 0)


def _is_known(one: Series, today: date, until: date, kind: str) -> bool:
    fewest = 1 if kind == "days" else FEWEST_DAYS
    return (today - one.first).days >= fewest and until < one.end and bool(one.usd[: (today - one.first).days].any())


def _begin(one: Series, until: date, kind: str) -> int:
    return 0 if kind == "days" else max((until.replace(day=1) - one.first).days, 0)


def _changed(one: Series, at: date, factor: float) -> Series:
    later = np.arange(len(one.usd)) >= (at - one.first).days
    return replace(one, usd=np.where(later, one.usd * factor, one.usd))


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def thinned(panel: Panel, series: int) -> Panel:
    """At most so many series, evenly drawn from the list."""
    step = -(-len(panel.series) // series)
    return replace(panel, series=panel.series[::step])


def methods(held: Sequence[Held]) -> dict[str, int]:
    """How often each method was chosen."""
    names = [one.method for one in held]
    return {name: names.count(name) for name in sorted(set(names), key=lambda name: (-names.count(name), name))}
