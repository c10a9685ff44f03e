"""`rpt_drift`: what a run of each workflow costs of late beside its budget, and when that changed.

Each build judges the last `DAYS` days anew from daily sums; a change's row stays as long as its day is among them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import pyarrow as pa

from spanledger.results.table import Work, question
from transforms.drift.change_points import Change, Day, Level, changes, level
from transforms.drift.versions import Arrival, Share, arrival

DAYS = 90
ROLLING_DAYS = 28
AROUND_DAYS = 7
"""Versions are compared over so many days before and from a change on."""
WORKFLOW = ("organization", "environment", "workflow_id", "traffic_source")
SIDES = ("before", "after")
MONEY = pa.decimal128(28, 12)
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in WORKFLOW),
        ("change_date", pa.date32()),
        ("is_latest", pa.bool_()),
        ("score", pa.float64()),
        ("ratio", pa.float64()),
        *((f"{side}_runs", pa.int64()) for side in SIDES),
        *((f"{side}_{name}", pa.float64()) for side in SIDES for name in ("usd", "low_usd", "high_usd")),
        *((name, pa.string()) for name in ("version_kind", "version_before", "version_after")),
        ("version_share_before", pa.float64()),
        ("version_share_after", pa.float64()),
        ("rolling_runs", pa.int64()),
        *((f"rolling_{name}", pa.float64()) for name in ("usd", "low_usd", "high_usd")),
        ("budget_id", pa.string()),
        ("budget_usd", MONEY),
        ("is_over_budget", pa.bool_()),
    ]
)


def make(work: Work) -> pa.Table:
    """A row for each change of each workflow, and one for a workflow without a change."""
    budgets = _budgets(work)
    days = work.connection.execute(question("run_days"), {"days": DAYS, "rolling_days": ROLLING_DAYS})
    rows: list[dict[str, Any]] = []
    for key, group in groupby(days.to_arrow_table().to_pylist(), key=lambda row: tuple(row[name] for name in WORKFLOW)):
        rows += _rows(work, dict(zip(WORKFLOW, key, strict=True)), list(group), budgets.get(key[:3]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _rows(
    work: Work, workflow: dict[str, Any], days: Sequence[dict[str, Any]], budget: dict[str, Any] | None
) -> Iterator[dict[str, Any]]:
    standing = workflow | _rolling([row for row in days if row["is_rolling"]], budget)
    found = changes([_day(row) for row in days])
    if not found:
        yield standing | {"is_latest": True}
    for number, change in enumerate(found):
        came = _arrival(work, workflow, change.at)
        yield standing | _told(change, came) | {"is_latest": number == len(found) - 1}


def _day(row: dict[str, Any]) -> Day:
    return Day(row["date"], row["runs"], float(row["cost_usd"]), row["log_cost_sum"], row["log_cost_squares"])


def _rolling(days: Sequence[dict[str, Any]], budget: dict[str, Any] | None) -> dict[str, Any]:
    """Over budget is said where the whole interval lies above it."""
    told = {"budget_id": budget["budget_id"], "budget_usd": budget["limit_usd"]} if budget else {}
    if not days:
        return told | {"rolling_runs": 0}
    now = level([_day(row) for row in days])
    is_over = now.low_usd > float(budget["limit_usd"]) if budget else None
    return told | {"rolling_runs": now.runs, "is_over_budget": is_over} | _range("rolling", now)


def _told(change: Change, came: Arrival | None) -> dict[str, Any]:
    sides = {f"{side}_runs": getattr(change, side).runs for side in SIDES}
    sides |= _range("before", change.before) | _range("after", change.after)
    versions = {
        "version_kind": came.kind,
        "version_before": came.version_before,
        "version_after": came.version_after,
        "version_share_before": round(came.share_before, 6),
        "version_share_after": round(came.share_after, 6),
    } if came else {}  # fmt: skip
    return {"change_date": change.at, "score": change.score, "ratio": change.ratio} | sides | versions


def _range(prefix: str, of: Level) -> dict[str, float]:
    values = {"usd": of.mean_usd, "low_usd": of.low_usd, "high_usd": of.high_usd}
    return {f"{prefix}_{name}": round(value, 9) for name, value in values.items()}


def _arrival(work: Work, workflow: dict[str, Any], at: date) -> Arrival | None:
    rows = work.connection.execute(question("version_shares"), workflow | {"at": at, "days": AROUND_DAYS})
    return arrival(Share(*row) for row in rows.fetchall())


def _budgets(work: Work) -> dict[tuple[str, str | None, str | None], dict[str, Any]]:
    """The declared budget per run, by organization, environment and workflow."""
    rows = work.connection.execute(question("run_budget")).fetchall()
    return {(organization, environment, workflow): budget for organization, environment, workflow, budget in rows}
