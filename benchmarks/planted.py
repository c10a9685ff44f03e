"""Simulated companies judged like real ones: is the planted runaway found in its hour, and nothing else told?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from sample_traces.company import facts, simulate
from transforms.anomalies.detector import DAILY, HOURLY
from transforms.anomalies.flags import SERIES, STEPS_A_DAY, Spend, flags
from transforms.anomalies.money import FLOOR_DAYS, LEAST_SHARE, LEAST_USD

DAYS = 60
EPOCH = date(1970, 1, 1)
CHANGES = ("prompt_change", "price_change")
"""Planted changes that cost more from a day on: a flag within `SETTLED` of one is no false alarm."""
SETTLED = timedelta(days=3)


@dataclass(frozen=True)
class Company:
    """What was flagged: whether the runaway's hour was, and every flag (grain, start) that nothing planted explains."""

    is_found: bool
    false: tuple[tuple[str, datetime], ...]


def spend(seed: int, end: date, scale: float = 1.0) -> pl.DataFrame:
    """`SERIES`, hour (since 1970) and usd of every scope of a company."""
    rows = []
    for placed in facts.place(simulate(seed, DAYS, scale, end=end)):
        if placed.cost_usd is None:
            continue
        origin, at = placed.run.origin, facts.moment(placed.call.started_ns)
        scopes = {
            "organization": origin.organization,
            "traffic_source": placed.traffic_source,
            "team": origin.team,
            "project": origin.project,
            "workflow": facts.workflow_of(placed.run),
            "model": placed.call.model.response,
        }
        place = (origin.organization or "", origin.environment, int(at.timestamp()) // 3600, float(placed.cost_usd))
        rows += [(*place, kind, scope) for kind, scope in scopes.items()]
    names = ("organization", "environment", "hour", "usd", "scope_kind", "scope")
    return pl.DataFrame(rows, schema=names, orient="row").group_by([*SERIES, "hour"]).agg(pl.col("usd").sum())


def floors(hourly: pl.DataFrame) -> pl.DataFrame:
    """The least excess worth a flag, by organization, environment and day, as the build works it out."""
    place = ["organization", "environment"]
    days = (
        hourly.filter(pl.col("scope_kind") == "organization")
        .group_by(*place, (pl.col("hour") // 24).alias("day"))
        .agg(pl.col("usd").sum())
        .sort("day")
    )
    means = days.rolling("day", period=f"{FLOOR_DAYS}i", closed="left", group_by=place).agg(pl.col("usd").mean())
    share = pl.col("usd").fill_null(0) * LEAST_SHARE
    return means.select(*place, "day", pl.max_horizontal(pl.lit(LEAST_USD), share).alias("floor_usd"))


def judged(seed: int, end: date) -> Company:
    """Judge a company of ``DAYS`` days."""
    company, hourly = simulate(seed, DAYS, end=end), spend(seed, end)
    [runaway] = [one for one in company.planted if one.kind == "runaway_job"]
    job = datetime.combine(runaway.from_date, datetime.min.time(), UTC).replace(hour=int(runaway.where["utc_hour"]))
    changes = [one.from_date for one in company.planted if one.kind in CHANGES]
    found, false = False, []
    for rhythm in (HOURLY, DAILY):
        a_day = STEPS_A_DAY[rhythm.grain]
        amounts = hourly.group_by(*SERIES, (pl.col("hour") * a_day // 24).alias("step")).agg(pl.col("usd").sum())
        known = amounts.select("organization", "step").unique()
        first, until = (day - EPOCH for day in (company.start, company.end))
        flagged = flags(Spend(amounts, known, floors(hourly)), rhythm, first.days * a_day, until.days * a_day)
        for step in flagged["step"].unique().to_list():
            at = datetime.fromtimestamp(step * 86400 // a_day, UTC)
            found |= rhythm is HOURLY and at == job
            if at.date() != job.date() and not any(timedelta(0) <= at.date() - day < SETTLED for day in changes):
                false.append((rhythm.grain, at))
    return Company(found, tuple(false))


def row(companies: Sequence[Company]) -> tuple[str, ...]:
    """As the page shows them."""
    found, false = sum(one.is_found for one in companies), sum(len(one.false) for one in companies)
    weeks = len(companies) * DAYS / 7
    return f"{len(companies)} of {DAYS} days", str(len(companies)), str(found), f"{false} in {weeks:.0f} weeks"


def is_kept(companies: Sequence[Company]) -> bool:
    """The promise: every runaway found in its hour, no false alarm."""
    return all(one.is_found and not one.false for one in companies)
