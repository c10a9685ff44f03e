"""What the button beside a heading opens: definitions, the SQL of each figure, the answer as CSV and Parquet.

Nothing of it is worked out before it is opened, and no file is made before it is asked for.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from html import escape
from typing import Any

import pyarrow as pa
import streamlit as st

from app import access, currency, warehouse
from app.evidence import addresses, files, literals, readers
from app.evidence.answers import Asked

HELP = "What the figures mean, their SQL, and the rows as CSV and Parquet"
_LINES, _HEIGHT = 10, 260  # pixels
_SPACED = re.compile(r"[^a-z0-9]+")

Table = tuple[str, Sequence[Mapping[str, Any]], Sequence[str]]
"""A table that the page worked out: title, rows, names of its columns."""


@dataclass
class Evidence:
    """What a section shows: questions, tables worked out from their answers, meanings by label."""

    asked: list[Asked] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    definitions: dict[str, str] = field(default_factory=dict)

    @property
    def is_any(self) -> bool:
        return bool(self.asked or self.tables or self.definitions)


@st.fragment
def button(evidence: Evidence, key: str) -> None:
    """The button; what it opens is drawn once it is open, by itself."""
    opened = st.popover("SQL", type="tertiary", help=HELP, key=key, on_change="rerun")
    if opened.open:
        with opened:
            _panel(evidence, key)


def _panel(evidence: Evidence, key: str) -> None:
    parts: dict[str, Callable[[str], None]] = {}
    for table in evidence.tables:
        parts[_unique("The table as shown", parts)] = lambda name, table=table: _worked_out(table, name)  # type: ignore[misc]
    for asked in evidence.asked:
        parts[_unique(asked.name.replace("_", " ") + _when(asked, evidence.asked), parts)] = (
            lambda name, asked=asked: _question(asked, name)  # type: ignore[misc]
        )
    if parts:
        names = list(parts)
        name = names[0]
        if len(names) > 1:
            name = st.selectbox("Made of", names, key=f"{key}_part", label_visibility="collapsed")
        parts[name](f"{key}_{name}")
    if evidence.definitions:
        _definitions(evidence.definitions)


def _unique(name: str, taken: Mapping[str, Any]) -> str:
    """With a number where several have the name."""
    count = sum(one == name or one.startswith(f"{name} (") for one in taken)
    return f"{name} ({count + 1})" if count else name


def _when(asked: Asked, all_asked: Sequence[Asked]) -> str:
    """The days of a question that is asked of several periods."""
    if sum(one.name == asked.name for one in all_asked) == 1:
        return ""
    first, last = asked.parameters.get("first"), asked.parameters.get("last")
    return f", {first} to {last}" if isinstance(first, date) and isinstance(last, date) else ""


def _question(asked: Asked, key: str) -> None:
    text = literals.sql(asked)
    about = literals.described(asked)
    if literals.is_cut(asked):
        about += f" The page shows the first of these rows; the files hold all, up to {warehouse.MOST_ROWS:,}."
    if currency.shown().rate is not None:
        about += " In US dollars, as the warehouse has them."
    if about:
        st.caption(about.replace("$", r"\$"))
    _code(text)
    name = asked.name.replace("_", "-")
    _downloads(partial(answer, asked), name, key, link=_console(text))


def _code(text: str) -> None:
    """A long statement scrolls in a box that holds the button to copy it: so the keyboard reaches and scrolls it."""
    if text.count("\n") <= _LINES:
        st.code(text, language="sql")
    else:
        with st.container(height=_HEIGHT, border=False):
            st.code(text, language="sql")


def _worked_out(table: Table, key: str) -> None:
    title, rows, names = table
    st.caption(f"{len(rows):,} rows as the page works them out from what is listed here, unrounded.")
    _downloads(lambda: files.table_of(rows, names), file_name(title), key)


def _console(text: str) -> str:
    """A link to the SQL page with this statement; empty for readers who may not write SQL, or where it is too long."""
    if readers.refusal() is not None:
        return ""
    address = addresses.of_statement(text)
    return f'<a href="{escape(address)}" target="_self"><u>Open on the SQL page</u> →</a>' if address else ""


def _downloads(made: Callable[[], pa.Table], name: str, key: str, link: str = "") -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        downloads(made, name, key)
        if link:
            st.html(f'<div class="sl sl-note">{link}</div>', width="content")


def answer(asked: Asked) -> pa.Table:
    """All rows of a question's answer, `warehouse.MOST_ROWS` at most. Raises WarehouseError."""
    return warehouse.table(asked.path, asked.name, literals.sql(asked))


def downloads(made: Callable[[], pa.Table], name: str, key: str, of: str = "") -> None:
    """Two buttons, CSV and Parquet; `made` is called once one is pressed. `of` stands before the first's name."""
    for label, kind, written in (("CSV", "text/csv", files.csv), ("Parquet", None, files.parquet)):
        st.download_button(
            f"{of}{label}" if label == "CSV" else label,
            access.kept(partial(_file, made, written)),
            f"{name}.{label.lower()}",
            kind,
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}_{label}",
        )


def _file(made: Callable[[], pa.Table], written: Callable[[pa.Table], bytes]) -> bytes:
    return written(made())


def file_name(title: str) -> str:
    """A heading as a name of a file."""
    return _SPACED.sub("-", title.lower()).strip("-")[:60].rstrip("-") or "table"


def _definitions(said: Mapping[str, str]) -> None:
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(meaning)}</dd>" for label, meaning in said.items())
    st.html(f'<dl class="sl sl-meanings">{rows}</dl>')
