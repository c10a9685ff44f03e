"""A page's figures beside what SQL of the test's own says of the marts, table by table.

A file of `tests/app/traced` holds the questions of one page. The name of each column says where its figure stands and
how it is written: `Spend: {$}` is the column *Spend* of a table; `card Total spend: {$}`, `range …` and `change …` are
lines of a card; `heading: {$} spent` is part of a heading. A question without such a place belongs to the one table
that has all its columns, and says all of its rows. Several figures of a cell come as a `row(…)`, as do now and before
for `{Δ}` and `{pts}`.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from app import figures
from tests.pages.reading import Card, Said, Table
from transforms.read_only import open_read_only

WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "$": figures.money,
    "±$": figures.signed_money,
    "%": figures.share,
    "#": figures.count,
    "k": figures.tokens,
    "ms": figures.duration,
    "×": figures.times,
    "Δ": lambda pair: figures.change(*map(_exact, pair)) or figures.UNKNOWN,
    "pts": lambda pair: figures.points(*map(_exact, pair)) or figures.UNKNOWN,
    "": str,
}
_BLANK = re.compile(r"\{(.*?)\}")
_CARD = re.compile(r"(card|range|change) (.*)")

Answer = list[dict[str, Any]]


def answers(warehouse: Path, file: Path) -> list[Answer]:
    """What the marts say to each question of a page, as rows by column name."""
    with open_read_only(str(warehouse)) as con:
        found = []
        for statement in con.extract_statements(file.read_text()):
            cursor = con.execute(statement)
            names = [column[0] for column in cursor.description]
            found.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    return found


def differences(said: Said, asked: list[Answer]) -> tuple[list[str], set[str]]:
    """What the page says otherwise than the marts, a line each; and the labels of figures that were compared."""
    wrong, compared = list[str](), set[str]()
    for answer in asked:
        assert answer, "a question without a row compares nothing"
        names = [name.partition(": ") for name in answer[0]]
        placed = {name: place for name, place, _ in names if name == "heading" or _CARD.fullmatch(name)}
        if placed:
            wrong += _placed(said, answer[0])
            compared |= {match[2] for name in placed if (match := _CARD.fullmatch(name)) and match[1] == "card"}
        else:
            wrong += _table(said, answer)
            compared |= {name for name, _, _ in names}
    return wrong, compared


def _placed(said: Said, answer: Mapping[str, Any]) -> list[str]:
    cards = {card.label: card for card in said.cards}
    wrong = []
    for name, value in answer.items():
        place, _, pattern = name.partition(": ")
        expected = written(pattern, value)
        if place == "heading":
            shown = " | ".join(said.headings)
        else:
            match = _CARD.fullmatch(place)
            assert match is not None, f"{place}: a question of cards and headings has no other columns"
            shown = _line(cards.get(match[2]), match[1])
        if expected not in shown:
            wrong.append(f"{place}: the marts say {expected!r}, the page {shown!r}")
    return wrong


def _line(card: Card | None, part: str) -> str:
    return "" if card is None else {"card": card.value, "range": card.range, "change": card.change}[part]


def _table(said: Said, answer: Answer) -> list[str]:
    labels = [name.partition(": ")[0] for name in answer[0]]
    expected = sorted(tuple(written(name.partition(": ")[2], value) for name, value in row.items()) for row in answer)
    fitting = [table for table in said.tables if set(labels) <= set(table.labels)]
    shown = [_lines(table, labels) for table in fitting]
    if expected in shown:
        return []
    if not shown:
        return [f"no table has the columns {labels}"]
    nearest = max(shown, key=lambda lines: len(set(lines) & set(expected)))
    missing, other = sorted(set(expected) - set(nearest)), sorted(set(nearest) - set(expected))
    return [f"{labels}: the marts say {missing[:4]}, the page {other[:4]}, {len(expected)} and {len(nearest)} rows"]


def _lines(table: Table, labels: list[str]) -> list[tuple[str, ...]]:
    """A row that says nothing in these columns is none: the sum of some columns stands below all."""
    lines = (tuple(row[label] for label in labels) for row in table.rows)
    return sorted(line for line in lines if any(line[1 if len(line) > 1 else 0 :]))


def written(pattern: str, value: Any) -> str:
    """A cell's text: ``pattern`` with a figure for each of its blanks; a dash where one of them is not known."""
    blanks = _BLANK.findall(pattern)
    if not blanks:
        return str(value)
    values = value if isinstance(value, tuple) else (value,)
    assert len(values) == len(blanks), f"{pattern!r} has {len(blanks)} blanks for {len(values)} figures"
    if None in values:
        return figures.UNKNOWN
    texts = iter([WRITTEN[unit](_exact(one)) for unit, one in zip(blanks, values, strict=True)])
    return _BLANK.sub(lambda _: next(texts), pattern)


def _exact(value: Any) -> Any:
    """Sums of DECIMAL divided by DuckDB are DOUBLE; figures round from their shortest decimal form."""
    return Decimal(str(value)) if isinstance(value, float) else value
