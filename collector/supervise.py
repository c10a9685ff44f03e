"""Keeping the writer process alive, and reading what it says about itself."""

import asyncio
import logging
import sys
from typing import Any

from collector.config import CollectorConfig
from collector.files import read_json
from collector.processes import ASKED
from collector.store.writer import DRAINED, NOT_DRAINED, STATE_NAME, STOP, sealed_segments
from collector.wal.deaths import Deaths

logger = logging.getLogger(__name__)

_RESTART_S = 0.5


class WriterProcess:
    """Starts the writer, starts it again when it dies, and stops it in good order."""

    def __init__(self, config: CollectorConfig) -> None:
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._is_given_up = False
        last = (self.state() or {}).get("current_segment")
        self._deaths = Deaths(config, last if isinstance(last, str) else None)
        self.restarts = 0

    async def start(self) -> None:
        """Start the first writer and the watch over it."""
        await self._spawn()
        self._task = asyncio.create_task(self._watch())

    @property
    def is_running(self) -> bool:
        """Whether there is a writer now."""
        return self._process is not None and self._process.returncode is None

    async def drain(self) -> bool:
        """Let the writer land all that is sealed and end it; False when something is left for the next start."""
        self._is_stopping = True
        if self._task is None:
            return False
        self._say(STOP)
        try:
            await asyncio.wait_for(asyncio.shield(self._task), self._config.drain_timeout_s)
        except TimeoutError:
            logger.error("the writer needs longer than %g s; the next start goes on", self._config.drain_timeout_s)
            self._is_given_up = True
            self._hang_up()  # it stops after the segment at hand
            await self._task
        left = len(sealed_segments(self._config.log))
        if left:
            logger.error("%d sealed segments are not in the lake yet; the next start lands them", left)
        return left == 0

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "collector.store.writer", stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        self._say(self._config.to_json().encode() + b"\n")

    def _say(self, line: bytes) -> None:
        if self.is_running and self._process and self._process.stdin:
            self._process.stdin.write(line)

    def _hang_up(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()

    async def _watch(self) -> None:
        while True:
            assert self._process is not None
            code = await self._process.wait()
            if self._is_given_up or (self._is_stopping and code in (DRAINED, NOT_DRAINED)):
                return
            self.restarts += 1
            if code in ASKED:
                logger.info("the writer was told to end; it goes on until the collector ends, which lands the rest")
            else:
                logger.error("the writer ended with %s; starting it again", code)
                self._count_death(self._process.pid, code)
            await asyncio.sleep(_RESTART_S)
            await self._spawn()
            if self._is_stopping:
                self._say(STOP)

    def _count_death(self, pid: int, code: int) -> None:
        said = self.state() or {}
        segment = said.get("current_segment")
        if said.get("pid") == pid and isinstance(segment, str):
            self._deaths.count(segment, code)

    def state(self) -> dict[str, Any] | None:
        """What the writer last said (see `collector.store.writer.WriterState`); None before its first word."""
        return read_json(self._config.run / STATE_NAME)
