"""What the decision service counts about itself, for /metrics."""

import bisect
import dataclasses
from collections import Counter
from itertools import accumulate

from collector.budget.journal import Journal
from collector.budget.ledger import Ledger
from collector.exposition import COUNTER, GAUGE, Family, histogram, single
from transforms.budgets.decision import VERDICTS

_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


@dataclasses.dataclass
class Figures:
    """Since the start of the process."""

    decisions: Counter[str] = dataclasses.field(default_factory=Counter)
    expired: int = 0
    corrections: int = 0
    unavailable: int = 0
    journal: Journal | None = None
    _latencies: list[int] = dataclasses.field(default_factory=lambda: [0] * (len(_BOUNDS_S) + 1))
    _latency_s: float = 0.0

    def count_decision(self, verdict: str) -> None:
        """One more of that verdict."""
        self.decisions[verdict] += 1

    def count_answer(self, seconds: float) -> None:
        """How long an answer took, its place on disk included."""
        self._latencies[bisect.bisect_left(_BOUNDS_S, seconds)] += 1
        self._latency_s += seconds

    def families(self, ledger: Ledger, spend_age_s: float | None) -> list[Family]:
        """For the page /metrics."""
        decided = [("", (("verdict", verdict),), float(self.decisions[verdict])) for verdict in VERDICTS]
        counts = list(zip((*_BOUNDS_S, float("inf")), accumulate(self._latencies), strict=True))
        found = [
            Family("spanledger_budget_decisions_total", COUNTER, "Decisions by verdict.", decided),
            single(
                "spanledger_budget_outstanding_reservations",
                *(GAUGE, "Reservations that are neither settled, released nor expired.", len(ledger.open)),
            ),
            single(
                "spanledger_budget_expired_total", COUNTER, "Reservations that nobody closed in time.", self.expired
            ),
            single(
                "spanledger_budget_corrections_total",
                *(COUNTER, "Entries that took back spend, or came after a reservation was closed.", self.corrections),
            ),
            single(
                "spanledger_budget_unavailable_total",
                *(COUNTER, "Requests that could not be decided or kept.", self.unavailable),
            ),
            histogram(
                "spanledger_budget_answer_seconds", "How long answers took, disk included.", counts, self._latency_s
            ),
        ]
        if self.journal:
            commits, behind = (
                "Group commits of the budget journal.",
                "How long what is written waits for the disk.",
            )
            found += [
                single("spanledger_budget_commits_total", COUNTER, commits, self.journal.commits),
                single("spanledger_budget_disk_behind_seconds", GAUGE, behind, self.journal.behind_s),
            ]
        if spend_age_s is not None:
            text = "How long ago the spend in spans was last known to be whole."
            found.append(single("spanledger_budget_spend_age_seconds", GAUGE, text, spend_age_s))
        return found
