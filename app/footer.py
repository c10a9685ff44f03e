"""The line below each page: how fresh the figures are and how much of them is known."""

from datetime import datetime
from html import escape
from pathlib import Path

import streamlit as st

from app import currency, figures
from app.context import Context
from app.filters import DEFAULT_ZONE

DEMO_MARKER = "demo.json"
"""What `spanledger demo` leaves in its data directory."""


def footer(context: Context) -> None:
    known = context.rows("coverage")[0]
    parts = [
        f"Data until {_moment(context, context.build.data_until)}",
        f"build {context.build.build_id}",
        f"price known for {figures.share(known['priced_calls'], known['calls'])} of calls",
        f"outcome known for {figures.share(known['judged_tasks'], known['tasks'])} of tasks",
        f"traffic source known for {figures.share(known['sourced_usd'], known['cost_usd'])} of spend",
        f"days and times of {context.zone}" if context.zone != DEFAULT_ZONE else "all times UTC",
        *_rate(),
        *(
            ["simulated company: no figure is of a real one"]
            if (Path(context.build.path).parents[2] / DEMO_MARKER).exists()
            else []
        ),
    ]
    st.html(f'<div class="sl sl-footer sl-muted">{"".join(f"<span>{escape(part)}</span>" for part in parts)}</div>')


def _rate() -> list[str]:
    """The one rate that all figures of the page are shown at; nothing for US dollars."""
    rate = currency.shown().rate
    if rate is None:
        return []
    return [
        f"shown in {rate.currency} at 1 {rate.currency} = US${rate.usd_per_unit.normalize():f} of {rate.day:%-d %b %Y} "
        f"({rate.source}), the latest rate on or before the day of the build; stored in US dollars"
    ]


def _moment(context: Context, at: datetime | None) -> str:
    return "the first span" if at is None else f"{context.local(at):%Y-%m-%d %H:%M} {context.zone}"
