"""Reports sent through the channels of the alerts file: their findings as the message, the HTML file with it."""

from collections.abc import Iterable, Iterator, Mapping

from spanledger.alerts import trial
from spanledger.alerts.channels import Attached
from spanledger.alerts.reading import read_rules
from spanledger.alerts.trial import Tried
from spanledger.exits import USAGE, Failure
from spanledger.reports import making
from spanledger.reports.document import Document
from spanledger.settings import Settings
from transforms.alerts.rules import Channel
from transforms.alerts.words import INFORMATION, Text
from transforms.yaml_lines import ConfigError

SECTIONS = 12
"""Findings of sections that a message has."""


def chosen(settings: Settings, names: Iterable[str]) -> list[Channel]:
    """The channels of those names. Raises Failure for one that the alerts file does not have."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return []
    try:
        channels: Mapping[str, Channel] = read_rules(settings.alerts_file).channels
    except ConfigError as error:
        raise Failure(str(error), USAGE) from error
    if unknown := [name for name in wanted if name not in channels]:
        there = f"there are {', '.join(channels)}" if channels else "alerts_file names none"
        raise Failure(f"no channel is called {unknown[0]!r}; {there}", USAGE)
    return [channels[name] for name in wanted]


def send(report: Document, to: Iterable[Channel]) -> Iterator[Tried]:
    """Send the report to each channel; says what became of it."""
    text = message(report)
    page = Attached(making.named(report, "html"), "text/html", making.text(report, "html").encode())
    for channel in to:
        yield trial.hand(channel, text, (page,))


def message(report: Document) -> Text:
    """The report in a few lines."""
    figures = [
        f"{one.label}: {one.value}" + "".join(f" ({more})" for more in (one.note, one.change) if more)
        for one in report.figures
    ]
    findings = [f"• {part.title}" for part in report.sections[:SECTIONS]]
    blocks = [report.finding, "\n".join(figures), "\n".join(findings), "\n".join(report.notes)]
    return Text(f"SpanLedger, {report.kind}: {report.title}", "\n\n".join(filter(None, blocks)), INFORMATION)
