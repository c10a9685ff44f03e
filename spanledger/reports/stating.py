"""What all reports say of themselves: title, what they are about, what their figures rest on; and drift in words."""

from collections.abc import Mapping
from typing import Any

from app import anomaly_words, currency, figures
from app.filters import LABELS, text
from spanledger.reports.asking import Asking
from spanledger.reports.document import Document, Figure, Section
from spanledger.reports.naming import stem
from spanledger.reports.periods import DAILY, NOUNS

Row = Mapping[str, Any]


def document(
    asking: Asking, question: str, finding: str, head: tuple[Figure, ...], parts: tuple[Section, ...]
) -> Document:
    """A report with its title and notes."""
    return Document(
        asking.period.kind,
        title(asking),
        question,
        finding,
        head,
        parts,
        (*_scope(asking), *_basis(asking)),
        stem(asking.period, asking.filters),
    )


def no_calls(asking: Asking, question: str) -> Document:
    """The report of a period without a call."""
    newest = asking.extent["until_at"]
    seen = f"the newest call of the build began on {newest:%-d %B %Y, %H:%M} UTC" if newest else "the build has no call"
    finding = f"No call in the {asking.period.name}: {seen}." if asking.period.kind != DAILY else f"No call: {seen}."
    return document(asking, question, finding, (), ())


def title(asking: Asking) -> str:
    """Its name: `search: week to 15 November 2026`."""
    name = asking.period.name
    whose = ", ".join(text(one) for values in asking.filters.values() for one in values)
    return f"{whose}: {name}" if whose else name[0].upper() + name[1:]


def _scope(asking: Asking) -> list[str]:
    chosen = [
        f"{LABELS.get(name, name)} {', '.join(map(text, values))}" for name, values in asking.filters.items() if values
    ]
    period = asking.period
    days = f"UTC days from {period.first:%-d %b} to {period.until:%-d %b %Y}" if period.days > 1 else "One UTC day"
    running = "" if period.is_whole else f"; the {NOUNS[period.kind]} is still running"
    return [f"{days}{running}. {'Only ' + '; '.join(chosen) + '.' if chosen else 'All that was received.'}"]


def _basis(asking: Asking) -> list[str]:
    """How much of the period is known, and from which build that is."""
    known = asking.rows("coverage")[0]
    build = asking.rows("build_info")[0]
    notes = []
    if known["calls"]:
        prices = figures.share(known["priced_calls"], known["calls"])
        sources = figures.share(known["sourced_usd"], known["cost_usd"])
        outcomes = figures.share(known["judged_tasks"], known["tasks"])
        notes.append(
            f"Known: the price of {prices} of calls, the source of {sources} of spend, {outcomes} of outcomes."
        )
    until = f", data until {build['data_until']:%-d %b %Y, %H:%M}" if build["data_until"] else ""
    notes.append(f"Build {build['build_id']} of {build['built_at']:%-d %b %Y, %H:%M}{until} UTC.")
    rate = currency.shown().rate
    if rate is not None:
        notes.append(f"Shown in {rate.currency} at {rate.usd_per_unit} US dollars ({rate.day}, {rate.source}).")
    return notes


def drift_point(row: Row) -> tuple[str, str]:
    """A change of what a run costs, and what came with it."""
    became = "dearer" if row["ratio"] > 1 else "cheaper"
    said = f"A run of {text(row['workflow_id'])} became {became}: {figures.times(row['ratio'])}"
    paid = f"from {figures.money(row['before_usd'])} to {figures.money(row['after_usd'])} a run"
    with_what = anomaly_words.came_with(row)
    return said, f"since {row['change_date']:%a %-d %b}; {paid}" + (f"; {with_what}" if with_what else "")
