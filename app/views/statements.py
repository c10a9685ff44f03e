"""A month's statement to take away: what each owner pays for, marked provisional until the month is closed."""

from functools import partial

import streamlit as st

from app import evidence
from app.cards import finding
from app.context import Context
from app.evidence import panel
from app.words import OWNERS


def section(context: Context, by: str, view: str) -> None:
    """A file for each month of the period that has spend."""
    months = context.rows("statement_months")
    if not months:
        return
    finding(
        f"Statements by {OWNERS[by].lower()}",
        "What is charged should be of a closed month: `spanledger close` settles it, and later changes become "
        "corrections in an open one. Other forms: `spanledger export statement`.".replace("`", ""),
    )
    evidence.of(months)
    with st.container(horizontal=True, vertical_alignment="center"):
        for row in months[:6]:
            closed = row["closed_at"]
            status = f"closed {closed:%Y-%m-%d}" if closed else "provisional: the month is open"
            asked = context.asking("statement_lines", by=by, view=view, owner=None, month=row["month"], status=status)
            panel.downloads(
                partial(panel.answer, asked),
                f"statement-{row['month']:%Y-%m}-by-{by}{'' if closed else '-provisional'}",
                f"statement-{row['month']}",
                of=f"{row['month']:%Y-%m} ({'closed' if closed else 'provisional'}) ",
            )
