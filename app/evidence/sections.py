"""The sections of a page, each from one heading to the next: what it shows, and the button that says where from.

What a section shows is known at its end; the button's place is kept beside its heading until then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.evidence import panel
from app.evidence.answers import Answered, asked_of
from app.evidence.panel import Evidence

_PAGE, _SECTIONS = "evidence_page", "evidence"


class Defined(Protocol):
    """A column or a card: a label with what it means."""

    @property
    def label(self) -> str: ...
    @property
    def definition(self) -> str: ...


@dataclass(frozen=True)
class Shown:
    """A table, chart or row of cards, whether it is told whose figures it shows, and the rows of a table."""

    kind: str
    is_told: bool
    rows: Sequence[Mapping[str, Any]] = ()


@dataclass
class Section:
    """What stands below one heading; `slot` is the button's place beside it."""

    title: str
    slot: DeltaGenerator
    evidence: Evidence = field(default_factory=Evidence)
    shown: list[Shown] = field(default_factory=list)
    is_told: bool = False
    """Somebody has said whose figures the next chart or cards are."""
    is_over: bool = False


def begin(page: str) -> None:
    """The page of that name begins; forgets the one before, and what was opened on it."""
    st.session_state[_PAGE], st.session_state[_SECTIONS] = page, []


def end() -> None:
    """A section or the page is over: its button is drawn, where it showed something."""
    for section in _sections()[-1:]:
        if section.evidence.is_any and not section.is_over:
            with section.slot:
                panel.button(section.evidence, key=f"evidence_{st.session_state[_PAGE]}_{len(_sections())}")
        section.is_over = True


def heading(html: str, title: str) -> None:
    """Draw a heading; the section it begins has its button at the right of it."""
    end()
    number = len(_sections()) + 1
    with st.container(horizontal=True, vertical_alignment="top", gap="small", key=f"section_{number}"):
        st.html(html)
        slot = st.container(width="content")
    _sections().append(Section(title, slot))


def title() -> str:
    """The newest heading: what a picture below it shows, for those who cannot see it."""
    return next((section.title for section in _sections()[-1:]), "")


def of(*rows: Any) -> None:
    """Says that the section shows figures of these rows, lists of rows, or mappings of either.

    Rows that no question answers say nothing.
    """
    for section in _sections()[-1:]:
        _add(section, rows)
        section.is_told = True


def worked_out(rows: Sequence[Mapping[str, Any]]) -> None:
    """Says that the next chart shows these rows, which the page worked out."""
    for section in _sections()[-1:]:
        section.evidence.tables.append((section.title, list(rows), list(dict.fromkeys(k for row in rows for k in row))))
        section.is_told = True


def table(rows: Sequence[Mapping[str, Any]], columns: Iterable[Any]) -> None:
    """A table is shown: of the questions its rows answer, and where the page worked at them, as it is shown."""
    for section in _sections()[-1:]:
        _add(section, rows)
        columns = list(columns)
        section.evidence.definitions |= _definitions(columns)
        if any(not isinstance(row, Answered) or row.is_widened for row in rows):
            names = [column.key for column in columns if any(column.key in row for row in rows)]
            section.evidence.tables.append((section.title, list(rows), names))
        section.shown.append(Shown("table", is_told=True, rows=rows))


def chart() -> None:
    """A chart is shown, of what was said by `of` or by the tables of its section before it."""
    _show("chart")


def cards(cards: Iterable[Defined]) -> None:
    """A row of cards is shown, of what was said by `of`."""
    for section in _sections()[-1:]:
        section.evidence.definitions |= _definitions(cards)
    _show("cards")


def _show(kind: str) -> None:
    for section in _sections()[-1:]:
        section.shown.append(Shown(kind, section.is_told))
        section.is_told = False


def _add(section: Section, rows: Any) -> None:
    for asked in asked_of(rows):
        if asked not in section.evidence.asked:
            section.evidence.asked.append(asked)


def _definitions(said: Iterable[Defined]) -> dict[str, str]:
    return {one.label: one.definition for one in said if one.definition}


def _sections() -> list[Section]:
    return st.session_state.setdefault(_SECTIONS, [])  # type: ignore[no-any-return]
