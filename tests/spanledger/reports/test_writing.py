"""HTML that stands alone and runs nothing, Markdown that says what it says: also where names are markup."""

import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from spanledger.reports import html, making, markdown, periods, svg
from spanledger.reports.document import Bar, Bars, Document, Ranking, Series, Table
from spanledger.reports.escaping import for_html, for_markdown
from spanledger.settings import Settings
from tests.spanledger.reports.conftest import HOSTILE

TODAY = date(2026, 11, 16)
VOID = {"meta", "br", "rect", "line", "i"}


class Reading(HTMLParser):
    """Tags in order of their opening, what they hold, and whether each is closed by its own end."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.fixture(scope="module", params=["daily", "weekly", "monthly", "quarterly"])
def report(request: pytest.FixtureRequest, company: Path) -> Document:
    """Each report of the days that the call with hostile names lies in."""
    period = periods.holding(request.param, date(2026, 11, 13), TODAY)
    return making.make(Settings(data=company), period, {})


def test_html_runs_nothing_and_fetches_nothing(report: Document) -> None:
    page = html.write(report)
    read = Reading(page)
    assert not read.open, "every element is closed"
    assert set(read.tags) <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "header",
            "footer",
            "section",
            "div",
            "p",
            "h1",
            "h2",
        ),
        *("ul", "li", "b", "span", "i", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption"),
        *("svg", "rect", "line", "text"),
    }
    names = {name for name, _ in read.attributes}
    assert not names & {"href", "src", "srcset", "action"}
    assert not [name for name in names if name.startswith("on")]
    assert not re.search(r"url\(|@import|expression\(", page)
    assert ("content", html.POLICY) in read.attributes
    assert HOSTILE in "".join(read.said) or report.kind == "quarterly"


def test_markdown_holds_names_as_text(report: Document) -> None:
    text = markdown.write(report)
    assert not re.search(r"(?<!\\)<(?!br>)", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    widths = {}
    for line in text.splitlines():
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            assert widths.setdefault("cells", cells) == cells, line
        else:
            widths.clear()


def test_both_forms_say_the_same(report: Document) -> None:
    page, text = "".join(Reading(html.write(report)).said), markdown.write(report)
    for words in (report.title, report.finding, *(part.title for part in report.sections)):
        assert words in page
        assert for_markdown(words) in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a\nb\t c", "a b c"),
        ("1. x", "1\\. x"),
        ("- x", "\\- x"),
        ("a|b", "a\\|b"),
        ("<b>&amp;", "\\<b\\>\\&amp;"),
        ("https://e.example a@b", "https\\://e.example a\\@b"),
    ],
)
def test_text_for_markdown(said: str, expected: str) -> None:
    assert for_markdown(said) == expected


def test_text_for_html() -> None:
    assert for_html("<a href='x'>\"&\0\x85") == "&lt;a href=&#x27;x&#x27;&gt;&quot;&amp;\ufffd\ufffd"


def test_bars_stand_in_proportion() -> None:
    series = (Series("x", "#000000", (Decimal(1), Decimal(2))), Series("y", "#111111", (Decimal(1), Decimal(0))))
    chart = Bars(("a", "b"), series, "spend")
    drawn = svg.bars(chart)
    heights = [float(one) for one in re.findall(r'<rect[^>]* height="([\d.]+)"', drawn)]
    assert heights[0] * 2 == pytest.approx(heights[2], abs=0.02)
    assert heights[0] == pytest.approx(heights[1], abs=0.02)


def test_bars_of_nothing_are_an_empty_axis() -> None:
    drawn = svg.bars(Bars(("a",), (Series("x", "#000000", (Decimal(0),)),), "spend"))
    assert "<rect" not in drawn
    assert ">a</text>" in drawn


def test_columns_of_which_nothing_is_known_are_left_out() -> None:
    table = Table(
        ("a", "b", "c"), (("x", "–", "1"), ("y", "–", "–")), frozenset({1, 2}), ("All", "–", "1"), "n", frozenset({2})
    )
    assert table.without("–") == Table(
        ("a", "c"), (("x", "1"), ("y", "–")), frozenset({1}), ("All", "1"), "n", frozenset({1})
    )


def test_the_scale_stands_beside_the_bars() -> None:
    drawn = svg.bars(Bars(("a",), (Series("x", "#000000", (Decimal(3),)),), "spend"))
    scale = re.findall(r'<text x="(-?\d+)" [^>]*text-anchor="end" class="label">([^<]*)</text>', drawn)
    assert scale == [("-6", f"${dollars}.00") for dollars in range(4)]


def test_rankings_begin_at_zero_and_go_both_ways() -> None:
    chart = Ranking((Bar("up", Decimal(3), "+3", "#000000"), Bar("down", Decimal(-1), "-1", "#000000")), "change")
    places = [re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', svg.bar(one, chart))[0] for one in chart.bars]
    assert places == [("25.000", "75.000"), ("0.000", "25.000")]
