"""How counters are called in the ledger and in the journal, and how one stands with the limit in force.

<budget id>|<values of its open dimensions>|<start of its window>@<start of the part of a rolling window>
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

from collector.budget.ledger import Ledger
from transforms.budgets.book import BudgetBook
from transforms.budgets.budget import Budget, Counter
from transforms.budgets.decision import Standing
from transforms.budgets.windows import BUCKET_S, ROLLING


def moment(unix_ns: int) -> datetime:
    """The time in UTC, to the microsecond."""
    return datetime.fromtimestamp(unix_ns // 10**9, UTC).replace(microsecond=unix_ns % 10**9 // 1000)


def base_id(counter: Counter) -> str:
    """The counter's name without the part of a rolling window."""
    start = counter.window_start.isoformat() if counter.window_start else ""
    return f"{counter.budget_id}|{counter.key}|{start}"


def counter_id(budget: Budget, counter: Counter, at: datetime) -> str:
    """Where in the ledger something that happened at that time counts."""
    part = str(int(at.timestamp()) // BUCKET_S * BUCKET_S) if budget.window.kind == ROLLING else ""
    return f"{base_id(counter)}@{part}"


def run_of(name: str) -> str | None:
    """The workflow run whose counter of the ledger this is."""
    values = name.partition("|")[2].partition("|")[0]
    found = [part for part in values.split("&") if part.startswith("workflow_run_id=")]
    return unquote(found[0].partition("=")[2]) if found else None


def ends_at(name: str, book: BudgetBook) -> datetime | None:
    """When the window of a counter of the ledger is over; None for those that never are, or are unknown to ``book``."""
    base, _, part = name.rpartition("@")
    budget_id, _, start = base.rsplit("|", 2)
    budget = next((one for one in book.budgets if one.budget_id == budget_id), None)
    if budget is None:
        return None
    if part:
        last = int(part) + BUCKET_S + (budget.window.seconds or 0)
        return datetime.fromtimestamp(last, UTC)
    return budget.window.bounds(datetime.fromisoformat(start))[1] if start else None


def standings(ledger: Ledger, book: BudgetBook, scope: Mapping[str, str], at: datetime) -> list[Standing]:
    """Every counter that a call of this scope at that time counts in, as the ledger knows it."""
    found = []
    for budget, counter, limit in book.counters(scope, at):
        if budget.window.kind == ROLLING:
            since, _ = budget.window.bounds(at)
            assert since is not None
            totals = ledger.rolling(base_id(counter), int(since.timestamp()), BUCKET_S)
        else:
            totals = ledger.window(base_id(counter))
        found.append(Standing(budget, counter, limit, totals.settled, totals.unreserved, totals.outstanding))
    return found
