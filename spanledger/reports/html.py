"""A report as one HTML file that stands alone: no script, nothing fetched, light and dark, and fit to be printed.

All text in it is escaped. The policy in its head forbids a browser to run or fetch anything, should a text ever
slip through.
"""

from collections.abc import Iterator
from pathlib import Path

from spanledger.reports import svg
from spanledger.reports.document import Bars, Block, Document, Figure, Paragraph, Points, Ranking, Section, Table
from spanledger.reports.escaping import for_html

STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write(report: Document) -> str:
    """The whole file."""
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{for_html(report.title)} · SpanLedger</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>",
            f'<header>\n<p class="kind">SpanLedger · {for_html(report.question)}</p>',
            f"<h1>{for_html(report.title)}</h1>",
            f'<p class="finding">{for_html(report.finding)}</p>\n</header>',
            f'<div class="figures">{"".join(map(_figure, report.figures))}</div>' if report.figures else "",
            *map(_section, report.sections),
            f"<footer>{''.join(f'<p>{for_html(note)}</p>' for note in report.notes)}</footer>",
            "</main>\n</body>\n</html>\n",
        ]
    )


def _figure(one: Figure) -> str:
    tone = {True: " good", False: " bad", None: ""}[one.is_good]
    return (
        f'<section class="figure" title="{for_html(one.meaning)}"><p class="label">{for_html(one.label)}</p>'
        f'<p class="value">{for_html(one.value)}</p><p class="muted">{for_html(one.note)}</p>'
        f'<p class="change{tone}">{for_html(one.change)}</p></section>'
    )


def _section(part: Section) -> str:
    note = f'<p class="muted">{for_html(part.note)}</p>' if part.note else ""
    return f"<section>\n<h2>{for_html(part.title)}</h2>{note}\n{''.join(map(_block, part.blocks))}</section>"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{for_html(text)}</p>\n"
        case Points(items):
            return f"<ul>{''.join(_point(*item) for item in items)}</ul>\n"
        case Table():
            return _table(block)
        case Bars():
            return f"<figure>{svg.bars(block)}<figcaption>{''.join(_legend(block))}</figcaption></figure>\n"
        case Ranking():
            return _ranking(block)


def _point(statement: str, detail: str) -> str:
    below = f'<span class="muted">{for_html(detail)}</span>' if detail else ""
    return f"<li><b>{for_html(statement)}</b>{below}</li>"


def _table(table: Table) -> str:
    def cells(row: tuple[str, ...], tag: str) -> Iterator[str]:
        for place, cell in enumerate(row):
            kinds = [name for name, places in (("number", table.numbers), ("minor", table.minor)) if place in places]
            kind = f' class="{" ".join(kinds)}"' if kinds else ""
            yield f"<{tag}{kind}>{for_html(cell)}</{tag}>"

    head = f"<thead><tr>{''.join(cells(table.columns, 'th'))}</tr></thead>"
    rows = "".join(f"<tr>{''.join(cells(row, 'td'))}</tr>" for row in table.rows)
    total = f"<tfoot><tr>{''.join(cells(table.total, 'td'))}</tr></tfoot>" if table.total else ""
    note = f'<p class="muted">{for_html(table.note)}</p>' if table.note else ""
    return f'<div class="wide"><table>{head}<tbody>{rows}</tbody>{total}</table></div>{note}\n'


def _legend(chart: Bars) -> Iterator[str]:
    if len(chart.series) > 1:
        for one in chart.series:
            yield f'<span><i style="background:{one.colour}"></i>{for_html(one.name)}</span>'


def _ranking(chart: Ranking) -> str:
    rows = "".join(
        f'<tr><th scope="row">{for_html(one.label)}</th><td class="lane">{svg.bar(one, chart)}</td>'
        f'<td class="number">{for_html(one.text)}</td></tr>'
        for one in chart.bars
    )
    return f'<table class="ranking" aria-label="{for_html(chart.said)}"><tbody>{rows}</tbody></table>\n'
