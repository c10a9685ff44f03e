"""What a drawn page says, as its reader sees it: tables, cards, headings, taken from its own HTML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from streamlit.testing.v1 import AppTest

_EMPTY = {"img", "br", "hr", "input", "path"}


@dataclass
class Node:
    """An element with its classes, or the document."""

    tag: str
    attributes: dict[str, str]
    children: list["Node | str"] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.attributes.get("class", "").split()

    def below(self) -> Iterator["Node"]:
        """Every element in it, in the order of the text."""
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.below()

    def text(self) -> str:
        """What it says, without definitions that show on hover."""
        said = [
            child if isinstance(child, str) else child.text()
            for child in self.children
            if isinstance(child, str) or not child.has("sl-tip")
        ]
        return " ".join(" ".join(said).split())


@dataclass(frozen=True)
class Table:
    """A table below its heading; ``numbers`` are the labels of its columns of figures, ``rows`` texts by label."""

    heading: str
    labels: Sequence[str]
    numbers: Sequence[str]
    rows: Sequence[dict[str, str]]


@dataclass(frozen=True)
class Card:
    heading: str
    label: str
    value: str
    range: str
    change: str


@dataclass(frozen=True)
class Said:
    """All of a page; headings in order, the first is the page's."""

    headings: list[str]
    tables: list[Table]
    cards: list[Card]


def read(test: AppTest) -> Said:
    """A drawn page's own HTML."""
    said = Said([], [], [])
    for node in test.main:
        if node.type == "html":
            _read(_tree(node.proto.body), said)
    return said


def _read(document: Node, said: Said) -> None:
    for node in document.below():
        heading = said.headings[-1] if said.headings else ""
        if node.tag in ("h1", "h2"):
            said.headings.append(node.text())
        elif node.has("sl-grid"):
            said.tables.append(_table(node, heading))
        elif node.has("sl-card"):
            parts = {name: _part(node, name) for name in ("label", "value", "range", "change")}
            said.cards.append(Card(heading, **parts))


def _part(card: Node, name: str) -> str:
    return next((node.text() for node in card.below() if node.has(name)), "")


def _table(node: Node, heading: str) -> Table:
    heads = [one for one in node.below() if one.tag == "th"]
    said = [one.text() for one in heads]
    labels = [f"{label} again" if label in said[:index] else label for index, label in enumerate(said)]
    numbers = [label for label, one in zip(labels, heads, strict=True) if one.has("num")]
    lines = [[cell.text() for cell in row.below() if cell.tag == "td"] for row in node.below() if row.tag == "tr"]
    rows = [dict(zip(labels, cells, strict=True)) for cells in lines if cells]
    return Table(heading, labels, numbers, rows)


def _tree(text: str) -> Node:
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.document


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Node("", {})
        self.open = [self.document]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in _EMPTY:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)
