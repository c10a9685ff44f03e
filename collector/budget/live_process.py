"""The process that reads spend out of the lake and the builds (`collector.budget.live`): kept alive, and listened to.

It says one JSON object a line. Reading is its own process so that it takes no time from decisions.
"""

import asyncio
import json
import logging
import sys
from typing import Any

from collector.budget.kept import UnavailableError
from collector.budget.service import BudgetService
from collector.config import CollectorConfig
from collector.processes import ASKED
from collector.store.lake_file import TREES
from collector.store.lake_store import StoreError, store_of
from transforms.published_build import pointer_of

logger = logging.getLogger(__name__)

_RESTART_S = 1.0
_LONGEST_LINE = 64 * 1024 * 1024


def _has_landed(config: CollectorConfig) -> bool:
    """Whether the lake holds anything, as far as it can be asked."""
    try:
        return any(store_of(config.lake, config.data).hours(config.lake / tree) for tree in TREES)
    except StoreError:
        return True


class LiveProcess:
    """Starts it once there are budgets, tells it what the service knows, and hands what it says to the service."""

    def __init__(self, config: CollectorConfig, service: BudgetService) -> None:
        self._config = config
        self._kept, self._spans, self._knowledge = service.kept, service.spans, service.knowledge
        self._spans.await_spend()
        is_built = pointer_of(config.data).exists()
        if not is_built and not _has_landed(config):
            self._spans.cover(self._kept.books.digest)  # there is nothing yet to count
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._told: tuple[str, int] | None = None
        self._error = ""
        self.restarts = 0

    async def stop(self) -> None:
        """End it. It writes nothing that could be cut short but by a rename."""
        if self._task:
            self._task.cancel()
        await self._end()

    @property
    def pids(self) -> dict[str, int]:
        """The process by its name for /metrics."""
        return {"budget": self._process.pid} if self._process and self._process.returncode is None else {}

    @property
    def problems(self) -> list[str]:
        """What is wrong, in words."""
        return [self._error] if self._error else []

    async def follow(self) -> None:
        """Start it with the first budgets; tell it of other ones; begin anew where the service had to."""
        if self._told is None:
            if self._kept.books.book.budgets:
                await self._spawn()
                self._task = asyncio.create_task(self._watch())
        elif self.pids and self._told != (self._kept.books.digest, self._kept.openings):
            await self._end()  # the watch starts it again, with what holds now

    async def _spawn(self) -> None:
        self._told = (self._kept.books.digest, self._kept.openings)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "collector.budget.live"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        assert self._process.stdin is not None
        for said in (json.loads(self._config.to_json()), self._spans.known()):
            self._process.stdin.write(json.dumps(said).encode() + b"\n")

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()  # it ends when nobody speaks to it any more
        try:
            await asyncio.wait_for(process.wait(), self._config.drain_timeout_s)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _watch(self) -> None:
        while True:
            assert self._process is not None
            fault = await self._heard(self._process)
            code = await self._process.wait()
            now = (self._kept.books.digest, self._kept.openings)
            if code in ASKED:
                self.restarts += 1
                logger.info("the process that reads spend was told to end; it goes on until the collector ends")
                await asyncio.sleep(_RESTART_S)
            elif code != 0 or now == self._told:
                self.restarts += 1
                self._error = f"the process that reads spend ended with {code}{fault}; it is started again"
                logger.error("%s", self._error)
                await asyncio.sleep(_RESTART_S)
            await self._spawn()

    async def _heard(self, process: asyncio.subprocess.Process) -> str:
        """Listen to it until it ends; what was wrong with what it said, in words."""
        try:
            await self._listen(process)
        except Exception as error:  # whatever it was, spend must go on being read
            logger.exception("what the process that reads spend says cannot be used")
            process.kill()
            return f", as what it said cannot be used: {error!r}"
        return ""

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            try:
                self._take(json.loads(line))
            except UnavailableError as error:
                logger.error("spend that was read is not kept: %s", error)

    def _take(self, said: dict[str, Any]) -> None:
        self._error = said.get("problem", "")
        if "spend" in said:
            self._spans.take_spend(said["spend"], said["why"])
        if "seen" in said:
            self._spans.take_seen(said["seen"])
        if "knowledge" in said:
            self._knowledge.learn(said["knowledge"])
        if "as_of_ns" in said:
            self._spans.age.as_of_ns, self._spans.age.source = said["as_of_ns"], said["source"]
            if self._told:
                self._spans.cover(self._told[0])
