"""Which hours and days of which series are out of the ordinary: spend in, flags out.

Silence is not zero. A step counts as zero for a series only where the organization sent any call in it, and only from
the series' own first spend on; all else is not known and no part of any mean.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.anomalies.detector import Flags, Floats, Judged, Rhythm, judge, past
from transforms.anomalies.money import (
    ABSOLUTE_TIMES,
    ABSOLUTE_USD,
    FEWEST_FOR_ABSOLUTE,
    LEAST_SPREAD_USD,
    LEAST_TIMES,
    LEAST_USD,
)

SERIES = ["organization", "environment", "scope_kind", "scope"]
STEPS_A_DAY = {"hour": 24, "day": 1}
FLAG_SCHEMA = pl.Schema(
    dict.fromkeys(SERIES, pl.String)
    | {"step": pl.Int64, "expected": pl.Float64, "low": pl.Float64, "high": pl.Float64, "score": pl.Float64}
    | {"basis": pl.String}
)


@dataclass(frozen=True)
class Spend:
    """What is judged. Steps are hours or days since 1970 (UTC), money is US dollars as floats.

    ``amounts``: `SERIES`, step, usd, one row where anything was spent; ``known``: organization, step, for every step
    with a call; ``floors``: organization, environment, day, floor_usd: the least excess worth a flag (`LEAST_USD`
    where absent).
    """

    amounts: pl.DataFrame
    known: pl.DataFrame
    floors: pl.DataFrame


def flags(spend: Spend, rhythm: Rhythm, first: int, until: int) -> pl.DataFrame:
    """Flagged steps of ``first`` ≤ step < ``until``, `FLAG_SCHEMA`, by series and step.

    ``first`` is where the data begins, not where it is judged from: the caller drops the `Rhythm.lead` steps it gave
    as history. The same ``first`` gives the same flags for a step, whatever comes after it.
    """
    series = spend.amounts.select(SERIES).unique().sort(SERIES, nulls_last=True).with_row_index("column")
    if series.is_empty():
        return FLAG_SCHEMA.to_frame()
    amounts = _matrix(spend, series, first, until)
    judged = judge(amounts, rhythm, least_spread=LEAST_SPREAD_USD)
    floor = _floors(spend.floors, series, first, until, rhythm)
    high = np.fmax(judged.high, np.fmax(judged.expected + floor, judged.expected * LEAST_TIMES[rhythm.grain]))
    usual = _rows(amounts > high, judged.expected, high, judged.score, "pattern")
    mean, short = _short(amounts, judged, rhythm)
    sudden = _rows(short, mean, np.full_like(mean, ABSOLUTE_USD[rhythm.grain]), np.full_like(mean, np.nan), "absolute")
    found = pl.concat([usual, sudden]).with_columns(pl.col("step") + first)
    return found.join(series, on="column").select(list(FLAG_SCHEMA)).cast(FLAG_SCHEMA).sort([*SERIES, "step"])


def _matrix(spend: Spend, series: pl.DataFrame, first: int, until: int) -> Floats:
    """Steps × series; nan before a series' first spend and where its organization sent nothing."""
    amounts = np.full((until - first, len(series)), np.nan)
    known = spend.known.join(series.select("organization", "column"), on="organization")
    amounts[known["step"].to_numpy() - first, known["column"].to_numpy()] = 0.0
    spent = spend.amounts.join(series, on=SERIES, nulls_equal=True)
    steps, columns = spent["step"].to_numpy() - first, spent["column"].to_numpy()
    amounts[steps, columns] = spent["usd"].to_numpy()
    begins = np.full(len(series), until - first)
    np.minimum.at(begins, columns, steps)
    return np.where(np.arange(until - first)[:, None] < begins, np.nan, amounts)


def _floors(floors: pl.DataFrame, series: pl.DataFrame, first: int, until: int, rhythm: Rhythm) -> Floats:
    a_day = STEPS_A_DAY[rhythm.grain]
    first_day, days = first // a_day, (until - 1) // a_day - first // a_day + 1
    by_day = np.full((days, len(series)), LEAST_USD)
    rows = floors.join(series, on=["organization", "environment"], nulls_equal=True)
    rows = rows.filter(pl.col("day").is_between(first_day, first_day + days - 1))
    by_day[rows["day"].to_numpy() - first_day, rows["column"].to_numpy()] = rows["floor_usd"].to_numpy()
    return by_day[np.arange(first, until) // a_day - first_day]


def _short(amounts: Floats, judged: Judged, rhythm: Rhythm) -> tuple[Floats, Flags]:
    """Where the history is too short for a pattern: the mean so far, and whether even that says enough."""
    mean, _, known = past(amounts, rhythm.window)
    is_far = (amounts > ABSOLUTE_USD[rhythm.grain]) & (amounts > ABSOLUTE_TIMES * mean)
    return mean, is_far & np.isnan(judged.score) & (known >= FEWEST_FOR_ABSOLUTE)


def _rows(chosen: Flags, expected: Floats, high: Floats, score: Floats, basis: str) -> pl.DataFrame:
    """One row per chosen step and series; the range below is as wide as the one above, and no spend is below zero."""
    steps, columns = np.nonzero(chosen)
    middle, top = expected[chosen], high[chosen]
    return pl.DataFrame(
        {
            "step": steps.astype(np.int64),
            "column": columns.astype(np.uint32),
            "expected": middle,
            "low": np.fmax(2 * middle - top, 0.0),
            "high": top,
            "score": score[chosen],
            "basis": [basis] * len(steps),
        },
        schema_overrides={"basis": pl.String},
    )
