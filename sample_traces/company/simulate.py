"""Sixty days of a company that does not exist: `simulate` draws every event from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sample_traces.company import long_stories, plan, stories
from sample_traces.company.draw import Draw
from sample_traces.company.events import Company, Run, Task

Contracts = list[tuple[Task, dict[str, str | None]]]


def simulate(seed: int, days: int = 60, scale: float = 1.0, *, end: date) -> Company:
    """The company's history over the ``days`` UTC days before ``end``; the same arguments give the same company.

    ``scale`` multiplies the number of tasks (1.0 is about 19,000 calls in 60 days). Raises ValueError for a history
    without days or a scale that is not positive.
    """
    if days < 1 or scale <= 0:
        raise ValueError(f"a company needs at least one day and a positive scale, not days={days}, scale={scale}")
    start = end - timedelta(days=days)
    runs: list[Run] = []
    yesterday: Contracts = []
    for number in range(days):
        day = _Day(seed, number, start + timedelta(days=number), scale, yesterday)
        runs += day.runs()
        yesterday = day.contracts
    runs.sort(key=lambda run: (run.started_ns, run.trace_id))
    rates, budgets, planted = plan.rates(start, days), plan.budgets(scale), plan.planted(start, days)
    return Company(seed, start, end, scale, runs, rates, budgets, planted)


@dataclass
class _Day:
    """One UTC day: every workflow's tasks, and the contracts that tomorrow's replay may run again."""

    seed: int
    number: int
    date: date
    scale: float
    yesterday: Contracts
    contracts: Contracts = field(default_factory=list)

    def runs(self) -> Iterator[Run]:
        for name, volume in plan.WEEKDAY_VOLUME.items():
            draw = Draw(self.seed, self.number, name)
            share = plan.WEEKEND_SHARE.get(name, plan.OTHER_WEEKEND_SHARE) if self.date.weekday() >= 5 else 1.0
            mean = volume * share * self.scale
            if name in ("mail", "ops"):
                yield from self._batch(name, draw, mean)
                continue
            story = getattr(self, f"_{name}")
            for nth in range(draw.count(mean)):
                yield from story(draw, nth)

    def _batch(self, name: str, draw: Draw, mean: float) -> list[Run]:
        """One trace a day whose size, not number, follows the scale."""
        if name == "mail":
            return stories.mail(draw, draw.moment_in_hour(self.date, 7), 1 + draw.count(9 * mean))
        return long_stories.operations(draw, draw.moment_in_hour(self.date, 4), 1 + draw.count(15 * mean))

    def _support(self, draw: Draw, nth: int) -> list[Run]:
        return stories.support(draw, draw.moment(self.date))

    def _triage(self, draw: Draw, nth: int) -> list[Run]:
        return stories.triage(draw, draw.moment(self.date), self.number)

    def _rag(self, draw: Draw, nth: int) -> list[Run]:
        return stories.rag(draw, draw.moment(self.date), self.number)

    def _review(self, draw: Draw, nth: int) -> list[Run]:
        return long_stories.review(draw, draw.moment(self.date))

    def _untasked(self, draw: Draw, nth: int) -> list[Run]:
        return long_stories.untasked(draw, draw.moment(self.date))

    def _contract(self, draw: Draw, nth: int) -> list[Run]:
        contract = long_stories.Contract(draw, self.number not in plan.HASHES_MISSING)
        self.contracts.append((contract.task, contract.hashes))
        return contract.runs(draw.moment(self.date))

    def _report(self, draw: Draw, nth: int) -> list[Run]:
        factor = plan.RUNAWAY_FACTOR if self.number == plan.RUNAWAY_DAY else 1
        return long_stories.report(draw, draw.moment_in_hour(self.date, plan.RUNAWAY_HOUR), factor)

    def _eval(self, draw: Draw, nth: int) -> list[Run]:
        return long_stories.evaluation(draw, draw.moment_in_hour(self.date, 20), nth, self.number)

    def _replay(self, draw: Draw, nth: int) -> list[Run]:
        if nth >= len(self.yesterday):  # each contract is replayed once at most
            return []
        original, hashes = self.yesterday[nth]
        return long_stories.replay(draw, draw.moment_in_hour(self.date, 6), original, hashes)
