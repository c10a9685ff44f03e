"""The line below each page: how fresh the figures are and how much of them is known."""

from datetime import datetime
from html import escape
from pathlib import Path

import streamlit as st

from app import access, currency, figures
from app.context import Context
from app.filters import DEFAULT_ZONE
from app.warehouse import ClosedError

DEMO_MARKER = "demo.json"
"""What `spanledger demo` leaves in its data directory."""


def footer(context: Context) -> None:
    parts = [
        f"Data until {_moment(context, context.build.data_until)}",
        f"build {context.build.build_id}",
        *_known(context),
        *(
            [f"calls kept since {context.build.calls_from}, daily figures of all days"]
            if context.build.calls_from
            else []
        ),
        f"days and times of {context.zone}" if context.zone != DEFAULT_ZONE else "all times UTC",
        *_rate(),
        *([] if access.sees_everything() else [f"all of it of {access.scope().title}: what you may see"]),
        *(
            ["simulated company: no figure is of a real one"]
            if (Path(context.build.path).parents[2] / DEMO_MARKER).exists()
            else []
        ),
    ]
    said = "".join(f"<span>{part if isinstance(part, Markup) else escape(part)}</span>" for part in parts)
    st.html(f'<div class="sl sl-footer sl-muted">{said}</div>')


class Markup(str):
    """Written here, and no text of the data's."""


def _known(context: Context) -> list[str]:
    """How much is known; what is known in part leads to why the rest is not."""
    try:
        found = context.rows("coverage")[0]
    except ClosedError:
        return []
    shares = (
        ("price known for {} of calls", found["priced_calls"], found["calls"]),
        ("outcome known for {} of tasks", found["judged_tasks"], found["tasks"]),
        ("traffic source known for {} of spend", found["sourced_usd"], found["cost_usd"]),
    )
    href = escape(context.link("quality"))
    said = [(words.format(figures.share(part, whole)), part == whole) for words, part, whole in shares]
    return [
        text if is_whole else Markup(f'<a href="{href}" target="_self">{escape(text)}</a>') for text, is_whole in said
    ]


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
