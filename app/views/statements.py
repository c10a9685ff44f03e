"""A month's statement to take away: what each owner pays for, marked provisional until the month is closed."""

from functools import partial
from typing import Any

import streamlit as st

from app.cards import finding
from app.context import Context
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
    with st.container(horizontal=True, vertical_alignment="center"):
        for row in months[:6]:
            closed = row["closed_at"]
            status = f"closed {closed:%Y-%m-%d}" if closed else "provisional: the month is open"
            st.download_button(
                f"{row['month']:%Y-%m} ({'closed' if closed else 'provisional'})",
                partial(_csv, context, by=by, view=view, owner=None, month=row["month"], status=status),
                f"statement-{row['month']:%Y-%m}-by-{by}{'' if closed else '-provisional'}.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                key=f"statement-{row['month']}",
            )


def _csv(context: Context, **asked: Any) -> bytes:
    return context.frame("statement_lines", **asked).write_csv().encode()
