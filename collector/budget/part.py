"""Budgets as a part of the collector: the service, its paths, and the process that reads spend."""

import asyncio
import logging
import time
from typing import Any

from collector.budget.endpoints import BudgetEndpoints
from collector.budget.kept import UnavailableError
from collector.budget.live_process import LiveProcess
from collector.budget.service import BudgetService
from collector.config import CollectorConfig
from collector.door.gate import Gate
from collector.exposition import COUNTER, Family, single

logger = logging.getLogger(__name__)

_TICK_S = 0.25


class Budgets:
    """Starts and ends with the collector. It never keeps the collector from taking spans."""

    def __init__(self, config: CollectorConfig, gate: Gate) -> None:
        self._service = BudgetService(config.data, config.budgets_file, waits_for_disk=config.budget_waits_for_disk)
        self.endpoints = BudgetEndpoints(self._service, gate)
        self._live = LiveProcess(config, self._service)
        self._tasks: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        """Read spend from now on, and do what time does."""
        await self._live.follow()
        self._tasks = [asyncio.create_task(self._tick())]

    async def stop(self) -> None:
        """In good order: what was decided is on disk."""
        for task in self._tasks:
            task.cancel()
        await self._live.stop()
        await asyncio.to_thread(self._service.kept.close)

    def problems(self) -> list[str]:
        """What is wrong, in words; none of it keeps spans from being taken."""
        return [*self._service.kept.problems, *self._live.problems]

    def pids(self) -> dict[str, int]:
        """The process that reads spend."""
        return self._live.pids

    def families(self) -> list[Family]:
        """For the page /metrics."""
        service = self._service
        restarts = "Times the process that reads spend had to be started again."
        return [
            *service.figures.families(service.kept.ledger, service.spans.age.age_s(time.time_ns())),
            *self.endpoints.families(),
            single("spanledger_budget_live_restarts_total", COUNTER, restarts, self._live.restarts),
        ]

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            try:
                self._service.kept.tick()
                while self._service.kept.expire():
                    await asyncio.sleep(0)  # decisions come between
            except UnavailableError as error:
                logger.error("%s", error)
            await self._live.follow()
