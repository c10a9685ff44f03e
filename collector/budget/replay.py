"""Decides the whole log again: every decision from the budgets and standings of then must come out as it did.

`python -m collector.budget.replay DATA` says how many there were and which came out otherwise; those end it with 1. It
reads the journals at hand and the archived ones in `records/budget_decisions/`, and can run beside the collector.
"""

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from collector.budget.archive import records_of
from collector.budget.books import book_of
from collector.budget.counters import moment
from collector.budget.decisions import again
from collector.budget.events import Book, Decided, Event, from_json
from collector.budget.journal_files import events, folder_of, numbers, path_of
from collector.budget.ledger import Ledger
from transforms.budgets.book import NO_BUDGETS


@dataclasses.dataclass
class Replayed:
    """What became of it. ``faults``: decisions that came out otherwise, and places where the ledger does not add up."""

    decisions: int = 0
    events: int = 0
    faults: list[str] = dataclasses.field(default_factory=list)


def replay(data: Path) -> Replayed:
    """Decide again all there is. Raises JournalError, OSError."""
    found, ledger, book, digest = Replayed(), Ledger(), NO_BUDGETS, ""
    for event in all_events(data):
        found.events += 1
        if isinstance(event, Book):
            book, digest = book_of(event.content), event.digest
        if isinstance(event, Decided):
            found.decisions += 1
            found.faults += _faults(event, digest, again(event.record, book, moment(event.at_ns))[1])
        try:
            ledger.apply(event)
        except (ValueError, KeyError) as error:
            found.faults.append(f"{event.kind} at {moment(event.at_ns).isoformat()}: {error}")
    found.faults += ledger.faults()
    return found


def all_events(data: Path) -> Iterator[Event]:
    """Everything that ever happened, in order."""
    archived = sorted(records_of(data).glob("[!.]*.parquet"))
    for path in archived:
        for text in pq.ParquetFile(path).read(columns=["content"])["content"].to_pylist():
            yield from_json(json.loads(text))
    folder, done = folder_of(data), {int(path.stem) for path in archived}
    there = [number for number in numbers(folder) if number not in done]
    for number in there:
        yield from events(path_of(folder, number), is_last=number == there[-1])


def _faults(event: Decided, digest: str, differences: list[str]) -> list[str]:
    where = f"decision at {moment(event.at_ns).isoformat()}"
    if event.record["book"] != digest:
        return [f"{where}: made by budgets {event.record['book']}, those of then are {digest}"]
    return [f"{where}: {said}" for said in differences]


def main(arguments: list[str]) -> int:
    """The command."""
    if len(arguments) != 1:
        sys.stderr.write("expected one argument: the data directory\n")
        return 2
    found = replay(Path(arguments[0]))
    for fault in found.faults[:20]:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{found.decisions} decisions of {found.events} events; {len(found.faults)} faults\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
