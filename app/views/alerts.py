"""Alerts: what fires, since when, who was told, what is muted, and what ended lately."""

from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from app import currency, evidence, figures, grids, words
from app.cards import finding, headline
from app.context import Context
from app.grids import Column, Row
from app.palette import GREY, ORANGE, VERMILLION

COLOURS = {"critical": VERMILLION, "warning": ORANGE, "info": GREY}
SMALLEST = """\
# alerts.yaml, named by SPANLEDGER_ALERTS_FILE
channels:
  team: {url_from: TEAM_WEBHOOK}    # an environment variable such as slack://…, mailto://…, json://host/path
rules:
  - {to: team}                      # warnings and worse, of every kind
"""


def render(context: Context) -> None:
    rows = context.rows("alerts")
    firing = [row for row in rows if row["state"] == "firing"]
    headline(sentence(firing), words.ALERTS)
    evidence.of(rows)
    if firing:
        _firing(context, firing)
    ended = [row for row in rows if row["state"] != "firing"]
    if ended:
        finding(f"{_counted(len(ended))} ended in the last seven days")
        _ended(context, ended)
    if not any(row["messages"] for row in rows):
        _teach(bool(rows))


def sentence(firing: list[dict[str, Any]]) -> str:
    """How many fire, and how bad they are; `firing` are rows of `queries/alerts.sql`."""
    if not firing:
        return "Nothing fires: no budget, anomaly, drift, model without a price or silent service to tell of"
    critical = sum(row["severity"] == "critical" for row in firing)
    muted = sum(bool(row["is_muted"]) for row in firing)
    parts = [(critical, "critical"), (muted, "muted")]
    said = ", ".join(f"{figures.count(number)} {what}" for number, what in parts if number)
    return f"{_counted(len(firing))} {'fires' if len(firing) == 1 else 'fire'}{f': {said}' if said else ''}"


def _counted(number: int) -> str:
    return "One alert" if number == 1 else f"{figures.count(number)} alerts"


def _firing(context: Context, rows: list[dict[str, Any]]) -> None:
    finding("What fires, the worst first", f"A rule of the alerts file says who is told. Times are of {context.zone}.")
    until = Column("muted_until", "Muted until", html=lambda row: _muted(context, row), is_minor=True)
    muted = replace(until, definition=words.ALERT_MUTED)
    grids.grid(
        rows,
        [
            _severity(),
            _what(context),
            Column("since_at", "Since", context.moment, definition=words.ALERT_SINCE),
            Column("told", "Told", html=_told, definition=words.ALERT_TOLD, is_minor=True),
            *([muted] if any(row["is_muted"] for row in rows) else []),
            Column("incident_id", "Id", definition=words.ALERT_MUTED, is_minor=True),
        ],
    )


def _ended(context: Context, rows: list[dict[str, Any]]) -> None:
    grids.grid(
        rows,
        [
            _severity(),
            _what(context),
            Column("since_at", "Since", context.moment, is_minor=True),
            Column("recovered_at", "Over", context.moment),
            Column("told", "Told", html=_told, is_minor=True),
            Column("incident_id", "Id", is_minor=True),
        ],
    )


def _severity() -> Column:
    return Column("severity", "Severity", str.capitalize, colour=lambda row: COLOURS[row["severity"]])


def _what(context: Context) -> Column:
    return Column("summary", "What", html=lambda row: _described(context, row))


def _described(context: Context, row: Row) -> str:
    text = currency.told_in_dollars(row["summary"][:1].upper() + row["summary"][1:])
    title = f'<a href="{escape(context.link(row["page"]))}" target="_self">{escape(text)}</a>' if row["page"] else ""
    about = "; ".join(part for part in (row["scope"], row["owner"] and f"owner {row['owner']}") if part)
    below = f'<p class="sl-muted">{escape(about)}</p>' if about else ""
    return f'<div class="sl-two" style="white-space:normal;max-width:46rem">{title or escape(text)}{below}</div>'


def _told(row: Row) -> str:
    if not row["messages"]:
        return escape("nobody")
    messages = "one message" if row["messages"] == 1 else f"{figures.count(row['messages'])} messages"
    return grids.explained(row["told"], messages)


def _muted(context: Context, row: Row) -> str:
    if not row["is_muted"]:
        return figures.UNKNOWN
    return grids.explained(context.moment(row["muted_until"]), f"{row['mute_reason']} ({row['muted_by']})")


def _teach(has_alerts: bool) -> None:
    title = "Nobody has been told of any of these" if has_alerts else "Who would be told"
    finding(title, "The smallest useful file; rules can go by kind, severity, team and time of day.")
    st.code(SMALLEST, language="yaml")
    st.markdown("Then try it, and see what became of each channel:")
    st.code("spanledger alerts test", language="bash")
