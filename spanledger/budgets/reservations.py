"""What the decision service has promised and nobody has settled yet, read from its journal beside it."""

import logging
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from collector.budget import journal_files, snapshot
from collector.budget.journal_files import SNAPSHOT, JournalError, numbers, path_of
from collector.budget.ledger import Ledger
from transforms.budgets.budget import PICO, USD
from transforms.columns import MONEY

logger = logging.getLogger(__name__)

SCHEMA = pa.schema(
    [
        ("budget_id", pa.string()),
        ("counter_key", pa.string()),
        ("window_start", pa.timestamp("us", tz="UTC")),
        ("amount_usd", MONEY),
        ("amount_count", pa.int64()),
    ]
)


def outstanding(data: Path) -> pa.Table | None:
    """A row for each counter that something is reserved of; None where the journal cannot be read: nobody knows.

    A damaged journal is said, and stops no build: what was spent is known all the same.
    """
    try:
        ledger = _ledger(journal_files.folder_of(data))
    except (JournalError, OSError, ValueError, KeyError) as error:
        logger.error("what is reserved of budgets is not known to this build: %s", error)
        return None
    held: defaultdict[tuple[str, str], int] = defaultdict(int)
    for reservation in ledger.outstanding():
        for hold, parts in reservation.parts():
            held[hold.counter.rpartition("@")[0], hold.unit] += parts.outstanding
    return pa.Table.from_pylist([_row(*named, amount) for named, amount in held.items() if amount], schema=SCHEMA)


def _ledger(folder: Path) -> Ledger:
    """As the newest snapshot and the journals since then say; the collector may be writing the last one."""
    snapshots = numbers(folder, SNAPSHOT)
    first = snapshots[-1] if snapshots else 0
    ledger = snapshot.restored(journal_files.read_snapshot(folder, first)) if snapshots else Ledger()
    there = [number for number in numbers(folder) if number >= first]
    for number in there:
        for event in journal_files.events(path_of(folder, number), is_last=number == there[-1]):
            ledger.apply(event)
    return ledger


def _row(counter: str, unit: str, amount: int) -> dict[str, Any]:
    budget_id, key, start = counter.rsplit("|", 2)
    said: dict[str, Any] = {"amount_usd": Decimal(amount) / PICO} if unit == USD else {"amount_count": amount}
    window = {"window_start": datetime.fromisoformat(start) if start else None}
    return {"budget_id": budget_id, "counter_key": key, **window, **said}
