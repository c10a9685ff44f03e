"""The daily report: what was unusual yesterday, and why."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app import anomaly_words, figures, words
from app.filters import text
from app.measures import BY_SOURCE, first, headline_source, of_source
from spanledger.reports import heads, sections, spending
from spanledger.reports.asking import Asking
from spanledger.reports.document import Block, Document, Figure, Points, Section, Table, present
from spanledger.reports.stating import document, drift_point, no_calls

Row = Mapping[str, Any]
QUESTION = "What was unusual yesterday, and why?"
AROUND = 28
"""Days that the day is shown among."""
ZERO = Decimal(0)


def write(asking: Asking) -> Document:
    """The report of a day."""
    spend, before = asking.rows("spend")[0], first(asking.rows_before("spend"))
    incidents = asking.rows("anomalies")
    if not spend["calls"] and not incidents:
        return no_calls(asking, QUESTION)
    usual = _usual(asking)
    measures, measures_before = asking.rows("task_groups", **BY_SOURCE), asking.rows_before("task_groups", **BY_SOURCE)
    source = headline_source(measures)
    head = (
        _spend(spend, usual),
        _excess(incidents),
        heads.success_figure(of_source(measures, source), of_source(measures_before, source), source),
        heads.waste_figure(spend, before),
    )
    alerts = sections.alerts(asking)
    parts = (_incidents(incidents), _days(asking), _drift(asking), alerts, _quality(asking))
    said = _finding(asking, spend, incidents, usual) + (f" {alerts.title}." if alerts else "")
    return document(asking, QUESTION, said, head, present(parts))


def _finding(asking: Asking, spend: Row, incidents: Sequence[Row], usual: Decimal | None) -> str:
    spent = figures.money(spend["cost_usd"] or ZERO)
    if not incidents:
        beside = f"; the last four {asking.period.first:%A}s cost {figures.money(usual)} each" if usual else ""
        return f"No spend was out of the ordinary: {spent}{beside}."
    worst = anomaly_words.largest(incidents)
    more = f", and {len(incidents) - 1} more" if len(incidents) > 1 else ""
    cause = anomaly_words.cause(worst)
    excess = figures.money(worst["excess_usd"])
    return f"{cause[0].upper() + cause[1:]}: {excess} more than expected{more}. {spent} was spent in all."


def _usual(asking: Asking) -> Decimal | None:
    """Mean spend of the same weekday in the four weeks before; None where the data does not reach back."""
    day = asking.period.first
    days = [day - timedelta(weeks=number) for number in range(1, 5)]
    if asking.extent["first_day"] is None or asking.extent["first_day"] > days[-1]:
        return None
    spent = {row["date"]: row["cost_usd"] or ZERO for row in asking.rows_from(days[-1], "daily_spend")}
    return sum((spent.get(one, ZERO) for one in days), ZERO) / len(days)


def _spend(spend: Row, usual: Decimal | None) -> Figure:
    change = figures.change(spend["cost_usd"] or ZERO, usual)
    against = f"{change} against the same weekday of four weeks" if change else ""
    return Figure(
        "Spend",
        figures.money(spend["cost_usd"] or ZERO),
        f"{figures.count(spend['calls'])} calls",
        against,
        meaning=words.SPEND,
    )


def _excess(incidents: Sequence[Row]) -> Figure:
    count = f"{len(incidents)} incident{'' if len(incidents) == 1 else 's'}"
    excess = sum((row["excess_usd"] for row in incidents), ZERO)
    return Figure("Beyond what was expected", figures.money(excess), count, meaning=words.ANOMALY)


def _incidents(incidents: Sequence[Row]) -> Section:
    if not incidents:
        return Section("No hour and no scope cost more than its own past led to expect", ())
    items = []
    for row in incidents:
        about = [anomaly_words.when(row), anomaly_words.scope(row), anomaly_words.where(row)]
        paid = f"{figures.money(row['actual_usd'])} instead of {figures.money(row['expected_usd'])}"
        limit = f"up to {figures.money(row['high_usd'])} would have passed"
        said = (
            f"{row['acknowledged_by']} said: {row['note']}"
            if row["acknowledged_at"]
            else "nobody has said anything yet"
        )
        state = "still going on" if row["is_ongoing"] else "over"
        items.append((anomaly_words.cause(row), "; ".join(filter(None, [*about, paid, limit, state, said]))))
    blocks = [Points(tuple(items)), *(_drivers(row) for row in incidents[:3] if row["drivers"])]
    title = "One incident" if len(incidents) == 1 else f"{len(incidents)} incidents"
    return Section(
        f"{title}: {_where(incidents)}", tuple(blocks), "What was expected is what the same hours cost before."
    )


def _where(incidents: Sequence[Row]) -> str:
    names = list(dict.fromkeys(anomaly_words.scope(row) for row in incidents))
    return ", ".join([*names[:3], *([f"{len(names) - 3} more"] if len(names) > 3 else [])])


def _drivers(row: Row) -> Block:
    """What drove an incident: causes first, then the parts that hold the excess."""
    lines = tuple(
        (
            _kind(one),
            text(one["name"]),
            figures.signed_money(one["change_usd"]),
        )
        for one in row["drivers"]
    )
    note = "Each line is the same money from another side: causes, then who had it. They do not add up."
    return Table(("What drove it", "Of", "Adds"), lines, frozenset({2}), note=note)


def _kind(driver: Row) -> str:
    kind = str(driver["kind"])
    return words.ANOMALY_EFFECTS.get(kind, anomaly_words.SCOPES.get(kind, kind)).capitalize()


def _days(asking: Asking) -> Section | None:
    day = asking.period.first
    chart = spending.by_time(asking, "workflow_id", "day", first=day - timedelta(days=AROUND - 1), marked=day)
    table = spending.groups_table(asking, "workflow_id")
    if chart is None:
        return None
    spent = figures.money(chart.totals[-1])
    rank = sorted(chart.totals, reverse=True).index(chart.totals[-1]) + 1
    place = "the dearest" if rank == 1 else f"number {rank} by spend"
    blocks: tuple[Block, ...] = (chart, table[0]) if table else (chart,)
    days = len(chart.labels)
    return Section(f"{spent}: {place} of the last {days} days", blocks, "Change is against the day before.")


def _drift(asking: Asking) -> Section | None:
    """Workflows whose cost per run changed for good in the last seven days."""
    rows = asking.rows_from(asking.period.first - timedelta(days=6), "period_drift")
    if not rows:
        return None
    return Section("What a run costs changed for good", (Points(tuple(drift_point(row) for row in rows)),))


def _quality(asking: Asking) -> Section | None:
    """What is not known of the day."""
    rows = asking.rows("quality")
    items = tuple(
        (
            f"{words.CHECKS[row['name']][0]}: {figures.count(row['rows'])}",
            words.CHECKS[row["name"]][1].replace("`", ""),
        )
        for row in rows
        if row["name"] in words.CHECKS
    )
    return Section("What is not known of this day", (Points(items),)) if items else None
