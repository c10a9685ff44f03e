"""A report as Markdown (CommonMark with tables), for chats, wikis and terminals. Charts are bars of text in a table."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app import figures
from spanledger.reports.document import Bars, Block, Document, Paragraph, Points, Ranking, Section, Table
from spanledger.reports.escaping import for_markdown

WIDTH = 24
"""Characters of the longest bar."""


def write(report: Document) -> str:
    """The whole file."""
    question, finding = for_markdown(report.question), for_markdown(report.finding)
    lines = [f"# {for_markdown(report.title)}", f"*{question}*", f"**{finding}**"]
    if report.figures:
        rows = [(one.label, one.value, one.note, one.change) for one in report.figures]
        lines.append(_rows(("", "", "", ""), rows, frozenset({1})))
    lines += [text for part in report.sections for text in _section(part)]
    lines += ["---", *(for_markdown(note) for note in report.notes)]
    return "\n\n".join(lines) + "\n"


def _section(part: Section) -> Iterator[str]:
    yield f"## {for_markdown(part.title)}"
    if part.note:
        yield for_markdown(part.note)
    for block in part.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield for_markdown(text)
        case Points(items):
            yield "\n".join(f"- **{for_markdown(said)}**{_below(detail)}" for said, detail in items)
        case Table():
            rows = [*block.rows, *([block.total] if block.total else [])]
            yield _rows(block.columns, rows, block.numbers)
            if block.note:
                yield for_markdown(block.note)
        case Bars():
            yield from _bars(block)
        case Ranking():
            top = max((abs(one.value) for one in block.bars), default=Decimal(0))
            lines = [(one.label, _bar(abs(one.value), top), one.text) for one in block.bars]
            yield _rows(("", "", ""), lines, frozenset({2}))


def _below(detail: str) -> str:
    return f"<br>{for_markdown(detail)}" if detail else ""


def _bars(chart: Bars) -> Iterator[str]:
    totals = chart.totals
    top = max(totals, default=Decimal(0))
    rows = [
        (f"{label} ◀" if place == chart.marked else label, _bar(total, top), figures.money(total))
        for place, (label, total) in enumerate(zip(chart.labels, totals, strict=True))
    ]
    yield _rows(("", "", "Spend"), rows, frozenset({2}))


def _bar(value: Decimal, top: Decimal) -> str:
    return "▇" * round(WIDTH * float(value / top)) if top else ""


def _rows(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int]) -> str:
    lines = [
        _line(columns),
        "|" + "|".join("--:" if place in numbers else "---" for place in range(len(columns))) + "|",
    ]
    return "\n".join([*lines, *map(_line, rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(for_markdown, cells))} |"
