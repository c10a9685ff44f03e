"""One part of `up` kept alive: started, started again when it ends, ended when asked."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
TOGETHER_S = 2.0
"""Who ends every process of a group or service at once means the supervisor too: it hears of it within this time."""
ASKED = (0, -signal.SIGTERM, -signal.SIGINT)
STEADY_S = 60.0
"""Who lived this long is started again without a growing pause."""


class PartFailedError(RuntimeError):
    """A part ended before it ever answered: starting it again would not help."""


@dataclass
class Keeper:
    """Keeps the part called ``name`` alive; ``configuration`` is the first line of its input."""

    name: str
    configuration: bytes
    environment: dict[str, str]
    is_quiet: bool = False  # its standard output says nothing that its log does not
    has_answered: bool = False
    starts: int = 0
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def run(self) -> None:
        """Start the part, and again whenever it ends. Raises PartFailedError when it ends before its first answer."""
        pause_s = FIRST_PAUSE_S
        while True:
            began = asyncio.get_running_loop().time()
            self._process = await self._start()
            code = await self._process.wait()
            if code in ASKED:
                await asyncio.sleep(TOGETHER_S)  # cancelled when the supervisor is asked to end as well
            if not self.has_answered:
                raise PartFailedError(
                    f"the {self.name} ended with {_spell(code)} before it answered; see its words above"
                )
            if asyncio.get_running_loop().time() - began >= STEADY_S:
                pause_s = FIRST_PAUSE_S
            logger.error("the %s ended with %s; starting it again in %g s", self.name, _spell(code), pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "spanledger.running.part", self.name),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL if self.is_quiet else None,
            env=self.environment,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the parts in good order
        )
        self.starts += 1
        assert process.stdin is not None
        process.stdin.write(self.configuration + b"\n")
        return process

    @property
    def pid(self) -> int | None:
        """Its process id; None while it does not run."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    def say(self, order: str) -> None:
        """Give the part an order."""
        if self._process is None or self._process.stdin is None:
            raise RuntimeError(f"the {self.name} has not been started")
        self._process.stdin.write(order.encode() + b"\n")

    async def end(self, patience_s: float) -> int:
        """SIGTERM, and SIGKILL after ``patience_s``; returns the exit code, negative for a signal."""
        if self._process is None:
            return 0
        self._signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self._process.wait(), patience_s)
        except TimeoutError:
            logger.error("the %s did not end within %g s; it is killed", self.name, patience_s)
            self._signal(signal.SIGKILL)
            return await self._process.wait()

    def kill(self) -> None:
        """End the part at once; what it acknowledged is on disk."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended this moment
                os.killpg(self._process.pid, number)


def _spell(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
