"""SQL: a reader's own question to the published warehouse, its tables, and examples that answer what is asked first."""

import re
from decimal import Decimal
from html import escape
from typing import Any

import streamlit as st

from app import evidence, figures, grids, warehouse
from app.cards import finding, headline
from app.console import examples, schema, statements
from app.context import Context
from app.evidence import addresses, panel, readers
from app.grids import Column
from transforms.read_only import READING

_TEXT, _RUN, _ADDRESS, _LONG = "sql_text", "sql_run", "sql_address", "sql_too_long"
"""In the session: what the editor holds, what was run last, how the address says it, whether it does not."""
HINT = "SELECT team, sum(cost_usd) AS cost_usd\nFROM fct_calls\nGROUP BY team\nORDER BY cost_usd DESC;"
CLOSED = (
    f"Expects {READING}. It reads this build and nothing else: no file, no setting, no other database. Filters of "
    "other pages do not apply; times are UTC."
)


def render(context: Context) -> None:
    if (refusal := readers.refusal()) is not None:
        headline("This page is for those who may see everything", refusal)
        return
    headline("Ask the warehouse in SQL", CLOSED)
    asked = _editor()
    if asked:
        _answer(context.build.path, asked)
    _examples()
    _schema(context)


def _editor() -> str:
    """What is asked: what the address says on arrival, else what was typed and run last."""
    _take_address()
    with st.form("sql_form", border=False):
        typed = st.text_area("Statement", key=_TEXT, height=190, placeholder=HINT, label_visibility="collapsed")
        is_run = st.form_submit_button("Run", icon=":material/play_arrow:", help="Ctrl + Enter")
    if is_run:
        _write_address(typed)
    if st.session_state.get(_LONG):
        st.caption("This statement is too long for an address: a link to this page would open without it.")
    return str(st.session_state.get(_RUN, "")).strip()


def _take_address() -> None:
    """A new address brings its statement, and runs it; who comes back from another page without one finds the last."""
    said = {name: st.query_params[name] for name in (addresses.PLAIN, addresses.PACKED) if name in st.query_params}
    is_back = _TEXT not in st.session_state  # Streamlit forgets what a page does not draw
    if said == st.session_state.get(_ADDRESS, {}) or (is_back and not said):
        if is_back:
            st.session_state[_TEXT] = st.session_state.get(_RUN, "")
            _write_address(st.session_state[_TEXT])
        return
    st.session_state[_ADDRESS] = said
    try:
        text = addresses.statement(said)
    except ValueError as error:
        st.warning(f"{str(error).capitalize()}.", icon=":material/link_off:")
        text = ""
    st.session_state[_TEXT] = st.session_state[_RUN] = text


def _write_address(text: str) -> None:
    said = addresses.as_parameters(text)
    for name in (addresses.PLAIN, addresses.PACKED):
        if name in st.query_params and name not in said:
            del st.query_params[name]
    for name, value in said.items():
        st.query_params[name] = value
    st.session_state[_ADDRESS], st.session_state[_RUN] = said, text
    st.session_state[_LONG] = bool(text.strip()) and not said


def _answer(path: str, text: str) -> None:
    try:
        answer = statements.ask(path, text)
    except statements.StatementError as error:
        _failed(error)
        return
    rows = [{str(place): value for place, value in enumerate(row)} for row in answer.rows]
    count = figures.count(len(rows))
    found = f"{count} row{'' if len(rows) == 1 else 's'}" if answer.is_all else f"The first {count} rows"
    most = f"{warehouse.MOST_ROWS:,}"
    files = "CSV and Parquet hold all of them" + ("" if answer.is_all else f", up to {most} rows")
    finding(found, f"In {figures.duration(answer.seconds * 1000)}. {files}.")
    if rows:
        st.html(grids.html(rows, [_column(place, name, rows) for place, name in enumerate(answer.names)]))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        panel.downloads(lambda: statements.table(path, text), "answer", "sql_answer")


def _column(place: int, name: str, rows: list[dict[str, Any]]) -> Column:
    values = [row[str(place)] for row in rows]
    is_number = all(isinstance(value, int | float | Decimal | None) and not isinstance(value, bool) for value in values)
    return Column(str(place), name, _shown, is_number=is_number, exact=_whole)


def _shown(value: Any) -> str:
    """As the database has it: every digit, without zeros at the end."""
    if isinstance(value, Decimal):
        digits = f"{value:f}"
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return _whole(value)


def _whole(value: Any) -> str:
    return figures.UNKNOWN if value is None else str(value)


def _failed(error: statements.StatementError) -> None:
    where = "" if error.line is None else f", line {error.line}"
    st.error(f"{error.what}{where}. {error.said}".strip().replace("$", r"\$"), icon=":material/error:")
    if error.excerpt:
        st.code(error.excerpt, language=None)


def _examples() -> None:
    finding("What people ask first", "Each opens here, to be run and changed.")
    lines = "".join(
        f'<li><a href="{escape(addresses.of_statement(one.text))}" target="_self">{escape(one.question)}</a></li>'
        for one in examples.examples()
    )
    st.html(f'<ul class="sl sl-examples">{lines}</ul>')


def _schema(context: Context) -> None:
    described = context.rows("schema_columns")
    tables = schema.tables(described)
    finding(f"{len(tables)} tables", "As the build describes them. Other schemas are the build's own and may change.")
    evidence.of(described)
    wanted = st.text_input("Search", key="sql_search", placeholder="a table, a column, a word", width=320)
    found = schema.matching(tables, wanted) if wanted else tables
    if not found:
        st.caption("No table or column has these words. Fewer of them find more.")
    is_open = bool(wanted) and len(found) <= 3
    st.html(f'<div class="sl sl-schema">{"".join(_table(one, is_open=is_open) for one in found)}</div>')


def _table(one: schema.Table, *, is_open: bool) -> str:
    rows = "".join(
        f'<tr><td>{escape(column.name)}</td><td class="sl-muted">{escape(column.kind.lower())}</td>'
        f"<td>{as_html(column.about)}</td></tr>"
        for column in one.columns
    )
    return (
        f"<details{' open' if is_open else ''}><summary><b>{escape(one.name)}</b> "
        f'<span class="sl-muted">{as_html(one.about)}</span></summary><table>{rows}</table></details>'
    )


def as_html(about: str) -> str:
    """A description as HTML: names stand in backticks in it, and as code on the page."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(about))
