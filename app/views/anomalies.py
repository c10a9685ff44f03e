"""Anomalies: hours and days that cost more than their past lets expect, why, and where runs became dearer for good."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Any

import streamlit as st

from app import anomaly_words, charts, evidence, figures, grids, words
from app.cards import facts, finding, headline
from app.context import Context
from app.grids import Column
from app.sentences import period_words
from app.times import zones
from app.views import anomaly_band, drift

Row = Mapping[str, Any]


def render(context: Context) -> None:
    rows = context.rows("anomalies")
    headline(_sentence(context, rows), words.ANOMALY)
    evidence.of(rows)
    if rows:
        chosen = _chosen(rows)
        _one(context, chosen, is_told=len(rows) == 1)
        _list(context, rows, chosen)
    drift.render(context)


def _sentence(context: Context, rows: Sequence[Row]) -> str:
    if not rows:
        return f"Nothing out of the ordinary {period_words(context)}"
    ongoing = [row for row in rows if row["is_ongoing"]]
    if len(ongoing) == 1:
        first, others = ongoing[0], len(rows) - 1
        more = f"; {figures.count(others)} more {period_words(context)}" if others else ""
        return f"Going on now: {anomaly_words.cause(first)}, {_excess(ongoing)} more than expected{more}"
    told = ongoing or rows
    largest = anomaly_words.largest(told)
    cause = anomaly_words.cause(largest)
    if len(told) == 1:
        return f"One anomaly {period_words(context)} cost {_excess(told)} more than expected: {cause}"
    number = f"{figures.count(len(told))} anomalies"
    when = "go on now, so far for" if ongoing else f"{period_words(context)} cost"
    return f"{number} {when} {_excess(told)} more than expected; the dearest: {cause}, {_excess([largest])}"


def _excess(rows: Sequence[Row]) -> str:
    return figures.money(sum((row["excess_usd"] for row in rows), Decimal(0)))


def _chosen(rows: Sequence[Row]) -> Row:
    """What the address names, else the newest."""
    named = st.query_params.get("anomaly")
    return next((row for row in rows if row["anomaly_id"] == named), rows[0])


def _zone(context: Context, row: Row) -> str:
    """Whose days and hours an incident is told by: hours by the reader's, whole days are UTC's."""
    return context.zone if row["grain"] == "hour" else zones.USUAL


def _one(context: Context, row: Row, *, is_told: bool) -> None:
    """`is_told`: the headline has said the cause. It begins with a name, so it does not begin the sentence here."""
    where, when = anomaly_words.where(row), f"{anomaly_words.when(row, context.zone)} {_zone(context, row)}"
    finding(
        when if is_told else f"{when}: {anomaly_words.cause(row)}",
        f"Seen in {anomaly_words.scope(row)}{': ' + where if where else ''}",
    )
    evidence.of(row)
    charts.expected_band(
        [step | {"at": zones.local(step["at"], _zone(context, row))} for step in anomaly_band.around(context, row)],
        grain=row["grain"],
        leads=lambda step: _calls_of_day(context, row, step["at"]),
    )
    facts(
        [
            ("Cost", figures.money(row["actual_usd"])),
            ("Expected", figures.money(row["expected_usd"])),
            ("Flagged above", figures.money(row["high_usd"])),
            ("More than expected", figures.money(row["excess_usd"])),
        ]
    )
    _drivers(row)
    st.html(
        f'<div class="sl"><p><a href="{escape(_calls(context, row))}" target="_self"><u>Its calls</u> →</a></p></div>'
    )
    if row["acknowledged_at"] is None:
        st.caption("Known? Acknowledge it with a note; the next build shows it here.")
        st.code(f"spanledger annotate {row['anomaly_id']} --note 'what it was'", language="sh")
    else:
        when = f"{context.moment(row['acknowledged_at'])} {context.zone}"
        said = f"Acknowledged {when} by {row['acknowledged_by']}: {row['note']}"
        st.html(f'<div class="sl"><p class="sl-muted">{escape(said)}</p></div>')


def _drivers(row: Row) -> None:
    lines = [_line(one) for one in row["drivers"] if one["kind"] != "user"]
    lines += [_line(one) for one in row["drivers"] if one["kind"] == "user"]
    grids.grid(
        lines,
        [
            Column("what", "What drove it", html=lambda line: grids.explained(line["what"], line["meaning"])),
            grids.money("change_usd", "More than expected", bar=True),
            Column("expected", "Usual", is_number=True, is_minor=True),
            Column("actual", "Then", is_number=True, is_minor=True),
        ],
    )


def _line(one: Row) -> dict[str, Any]:
    is_effect = one["kind"] in anomaly_words.EFFECTS
    name, write = grids.text(one["name"]), _quantity if is_effect else figures.money
    what = words.ANOMALY_EFFECTS[one["kind"]] if is_effect else f"{one['kind'].replace('_', ' ').capitalize()} {name}"
    return {
        "what": what,
        "meaning": f"most of it {name}" if is_effect else "",
        "change_usd": one["change_usd"],
        "expected": write(one["expected"]),
        "actual": write(one["actual"]),
    }


def _quantity(number: float | None) -> str:
    return figures.UNKNOWN if number is None else f"{number:,.0f}" if number >= 10 else f"{number:,.2f}"


def _calls_of_day(context: Context, row: Row, at: datetime) -> str:
    """The calls of one day of the chart, within the anomaly's scope."""
    of_hours = context if row["grain"] == "hour" else context.of_utc_days()
    return of_hours.day_link(of_hours.local(at).date(), **_scope(row))


def _calls(context: Context, row: Row) -> str:
    """The calls of its days, narrowed to the scope and to the workflow that drove it."""
    zone = _zone(context, row)
    period = "..".join(f"{zones.local(at, zone):%Y-%m-%d}" for at in (row["first_at"], row["last_at"]))
    narrowed = _scope(row)
    workflow = anomaly_words.part_of(row, "workflow")
    if workflow is not None:
        narrowed["workflow"] = workflow["name"]
    filters = replace(context.filters.shared_only(), period=period, tz=zone).with_only(**narrowed)
    return context.link("calls", filters)


def _scope(row: Row) -> dict[str, str | None]:
    names = {"traffic_source": "source"}
    narrowed: dict[str, str | None] = {"environment": row["environment"], "organization": row["organization"] or None}
    if row["scope_kind"] != "organization":
        kind = str(row["scope_kind"])
        narrowed[names.get(kind, kind)] = row["scope"]
    return narrowed


def _list(context: Context, rows: Sequence[Row], chosen: Row) -> None:
    if len(rows) == 1:
        return
    finding(f"All {figures.count(len(rows))}, newest first")
    grids.grid(
        rows,
        [
            Column("first_at", f"When ({context.zone})", html=lambda row: _when(context, row, chosen)),
            Column(
                "scope",
                "What",
                html=lambda row: grids.explained(anomaly_words.cause(row), anomaly_words.where(row)),
            ),
            Column(
                "scope_kind", "Seen in", html=lambda row: grids.explained(anomaly_words.scope(row), ""), is_minor=True
            ),
            grids.money("actual_usd", "Cost", is_minor=True),
            grids.money("expected_usd", "Expected", is_minor=True),
            grids.money("excess_usd", "More", bar=True),
            Column("is_ongoing", "State", _state, is_minor=True),
        ],
    )


def _state(is_ongoing: bool) -> str:
    return "going on" if is_ongoing else "over"


def _when(context: Context, row: Row, chosen: Row) -> str:
    label = anomaly_words.when(row, context.zone)
    if row is chosen:
        return grids.explained(label, "shown above")
    href = context.link("anomalies", anomaly=row["anomaly_id"]).replace("&", "&amp;")
    return f'<a href="{href}" target="_self">{label}</a>'
