"""Keeping the writer process alive, and reading what it says about itself."""

import asyncio
import logging
import signal
import sys
from typing import Any

from collector.config import CollectorConfig
from collector.files import read_json
from collector.store.writer import DRAINED, NOT_DRAINED, STATE_NAME, STOP, sealed_segments
from collector.wal import quarantine
from collector.wal.fates import LANDED_NAME, Fates, Ledger
from collector.wal.segments import frames

logger = logging.getLogger(__name__)

_RESTART_S = 0.5
_CRASH_SIGNALS = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}
_CRASHES_PER_SEGMENT = 3


class WriterProcess:
    """Starts the writer, starts it again when it dies, and stops it in good order."""

    def __init__(self, config: CollectorConfig) -> None:
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._is_given_up = False
        self._crashes: dict[str, int] = {}
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
            logger.error("the writer ended with %s; starting it again", code)
            if code in _CRASH_SIGNALS:
                self._count_crash()
            await asyncio.sleep(_RESTART_S)
            await self._spawn()
            if self._is_stopping:
                self._say(STOP)

    def _count_crash(self) -> None:
        """A segment that brings the writer down again and again must not hold up all behind it."""
        segment = (self.state() or {}).get("current_segment")
        if not isinstance(segment, str):
            return
        self._crashes[segment] = self._crashes.get(segment, 0) + 1
        path = self._config.log / f"{segment}.log"
        if self._crashes[segment] >= _CRASHES_PER_SEGMENT and path.exists():
            reason = quarantine.Reason(segment, 0, f"the writer crashed {self._crashes[segment]} times on this segment")
            quarantine.set_aside(self._config.quarantine, reason, path.read_bytes(), label=quarantine.SEGMENT)
            counts = list(frames(path))
            lost = Fates(quarantined=len(counts), quarantined_items=sum(items or 0 for items in counts))
            Ledger(self._config.run / LANDED_NAME).count(segment, lost)  # the writer, whose it is, is dead
            path.unlink()
            logger.error("%s: moved to quarantine: %s", path.name, reason.reason)

    def state(self) -> dict[str, Any] | None:
        """What the writer last said (see `collector.store.writer.WriterState`); None before its first word."""
        return read_json(self._config.run / STATE_NAME)
