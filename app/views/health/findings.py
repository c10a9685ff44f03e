"""What the doctor says: faults with their cures first, then what is worth knowing, then what is well."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import streamlit as st

from app import choices, grids
from app.cards import finding
from app.grids import Column
from app.installation import kept
from app.palette import GREEN, ORANGE, VERMILLION
from app.views.health import words

ORDER = ("fault", "note", "ok")
COLOURS = {"fault": VERMILLION, "note": ORANGE, "ok": GREEN}
STALE = timedelta(hours=1)


def section(data: Path, now: datetime) -> None:
    """The findings; before the first, how to ask."""
    said = kept.examined(data)
    if said is None:
        finding(
            "The doctor has not looked here yet", "It is asked while spanledger up runs; at a terminal at any time:"
        )
        _command(data)
        return
    note = f"Asked {words.age(said.at, now)}, {words.moment(said.at)}"
    is_stale = now - said.at > STALE
    finding(_title(said), f"{note}: long ago; ask anew at a terminal:" if is_stale else note)
    if is_stale:
        _command(data)
    shown = choices.one_of("findings", "Show", {"open": "Faults and notes", "all": "All"})
    rows = [
        _row(one)
        for one in sorted(said.findings, key=lambda one: ORDER.index(one.state))
        if shown == "all" or one.state != "ok"
    ]
    grids.grid(
        rows,
        [
            Column("subject", "What", html=_what),
            Column("cure", "What to do", html=lambda row: grids.explained("", row["cure"])),
        ],
    )


def _title(said: kept.Examined) -> str:
    faults = [one for one in said.findings if one.state == "fault"]
    if not faults:
        return f"The doctor finds no fault in {len(said.findings)} findings"
    named = ", ".join(dict.fromkeys(one.subject for one in faults))
    return f"The doctor finds {'1 fault' if len(faults) == 1 else f'{len(faults)} faults'}: {named}"


def _row(one: kept.Finding) -> dict[str, Any]:
    return {"state": one.state, "subject": one.subject, "detail": one.detail, "cure": one.cure or ""}


def _what(row: grids.Row) -> str:
    """The state in colour and in words, before what it is about."""
    swatch = f'<i class="sl-swatch" style="background:{COLOURS[row["state"]]}"></i>'
    said = grids.explained(f"{row['state']} · {row['subject']}", row["detail"])
    return f'<span class="sl-named">{swatch}{said}</span>'


def _command(data: Path) -> None:
    st.code(f"{Path(sys.executable).with_name('spanledger')} doctor --data {data}", language="bash")
