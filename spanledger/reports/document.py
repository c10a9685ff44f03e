"""What a report is made of: plain values, all text unescaped; `html` and `markdown` write it, and escape."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Figure:
    """A number at the head: what it is, how it stands, and its change against the period before."""

    label: str
    value: str
    note: str = ""
    change: str = ""
    is_good: bool | None = None  # of the change; None where that is no matter of good and bad
    meaning: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a few."""

    text: str


@dataclass(frozen=True)
class Points:
    """Several statements of one kind, each with what stands behind it."""

    items: tuple[tuple[str, str], ...]  # statement, detail


@dataclass(frozen=True)
class Table:
    """Rows of text; ``numbers`` are the columns that stand to the right, ``total`` the row below the line.

    ``minor`` are columns that a narrow screen leaves out.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    total: tuple[str, ...] | None = None
    note: str = ""
    minor: frozenset[int] = frozenset()

    def without(self, unknown: str) -> "Table":
        """The same without the columns that say nothing but ``unknown``."""
        kept = [place for place in range(len(self.columns)) if {row[place] for row in self.rows} != {unknown}]

        def cut(row: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(row[place] for place in kept)

        def moved(places: frozenset[int]) -> frozenset[int]:
            return frozenset(now for now, place in enumerate(kept) if place in places)

        total = self.total and cut(self.total)
        rows = tuple(map(cut, self.rows))
        return Table(cut(self.columns), rows, moved(self.numbers), total, self.note, moved(self.minor))


@dataclass(frozen=True)
class Series:
    """One part of a stack: US dollars for each place on the axis, with its colour."""

    name: str
    colour: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True)
class Bars:
    """Stacked bars over time. ``marked`` is the place on the axis that the report is about."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    said: str  # what is drawn, for who cannot see it
    marked: int | None = None

    @property
    def totals(self) -> list[Decimal]:
        """The height of each bar, US dollars."""
        return [sum((one.values[place] for one in self.series), Decimal(0)) for place in range(len(self.labels))]


@dataclass(frozen=True)
class Bar:
    """A line of a ranking: a value with its text, and the interval around it where there is one."""

    label: str
    value: Decimal
    text: str
    colour: str
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Ranking:
    """Bars that lie, from zero; values below it to the left."""

    bars: tuple[Bar, ...]
    said: str


Block = Paragraph | Points | Table | Bars | Ranking


@dataclass(frozen=True)
class Section:
    """A part of a report. Its title states the finding."""

    title: str
    blocks: tuple[Block, ...]
    note: str = ""


@dataclass(frozen=True)
class Document:
    """A report. ``question`` is its reader's, ``finding`` the answer in a sentence or two."""

    kind: str
    title: str
    question: str
    finding: str
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]  # what the figures rest on
    stem: str  # of its file's name

    def with_notes(self, *notes: str) -> "Document":
        """The same with further notes; empty ones are left out."""
        more = tuple(note for note in notes if note)
        return Document(
            self.kind,
            self.title,
            self.question,
            self.finding,
            self.figures,
            self.sections,
            (*self.notes, *more),
            self.stem,
        )


def present(sections: Sequence[Section | None]) -> tuple[Section, ...]:
    """The sections that there is something to say in."""
    return tuple(section for section in sections if section is not None)
