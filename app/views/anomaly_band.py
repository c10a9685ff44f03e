"""The hours around an incident with what was expected of them: the detector asked once more, for one scope."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from app import evidence
from app.anomaly_words import Row
from app.context import Context
from transforms.anomalies.detector import DAILY, HOURLY, judge
from transforms.anomalies.flags import STEPS_A_DAY
from transforms.anomalies.money import LEAST_SPREAD_USD, LEAST_TIMES, LEAST_USD

BEFORE = {"hour": timedelta(days=5), "day": timedelta(days=42)}
AFTER = {"hour": timedelta(days=1), "day": timedelta(days=7)}
DAY_SECONDS = 86400


def around(context: Context, row: Row) -> list[dict[str, Any]]:
    """One row an hour (or day) in which the organization sent anything: at, usd, expected, low, high, is_flagged."""
    rhythm = HOURLY if row["grain"] == "hour" else DAILY
    seconds = DAY_SECONDS // STEPS_A_DAY[rhythm.grain]
    shown_from, shown_to = row["first_at"] - BEFORE[rhythm.grain], row["last_at"] + AFTER[rhythm.grain]
    first = int(shown_from.timestamp()) // seconds - rhythm.lead
    known = context.rows(
        "anomaly_steps",
        **{name: row[name] for name in ("scope_kind", "scope")},
        of_organization=row["organization"],
        of_environment=row["environment"],
        step_seconds=seconds,
        from_date=_at(first, seconds).date(),
        to_date=shown_to.date(),
    )
    evidence.of(known)
    amounts = np.full((max((one["step"] for one in known), default=first) - first + 1, 1), np.nan)
    spent = [one for one in known if one["step"] >= first]
    begins = min((one["step"] for one in spent if one["usd"]), default=first)
    for one in spent:
        if one["step"] >= begins:
            amounts[one["step"] - first] = one["usd"] or 0.0
    judged = judge(amounts, rhythm, least_spread=LEAST_SPREAD_USD)
    floor = np.fmax(judged.expected + LEAST_USD, judged.expected * LEAST_TIMES[rhythm.grain])
    high = np.fmax(judged.high, floor)
    return [
        {
            "at": _at(one["step"], seconds),
            "usd": float(amounts[one["step"] - first, 0]),
            "expected": _number(judged.expected[one["step"] - first, 0]),
            "low": _number(max(2 * judged.expected[one["step"] - first, 0] - high[one["step"] - first, 0], 0.0)),
            "high": _number(high[one["step"] - first, 0]),
            "is_flagged": row["first_at"] <= _at(one["step"], seconds) <= row["last_at"],
        }
        for one in spent
        if one["step"] >= begins and shown_from <= _at(one["step"], seconds) <= shown_to
    ]


def _at(step: int, seconds: int) -> datetime:
    return datetime.fromtimestamp(step * seconds, UTC)


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
