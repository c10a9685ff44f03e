"""Processes that the collector starts and ends in good order, whoever else is told to end."""

import asyncio
import signal
import subprocess
import sys

_DEAF_TO = (signal.SIGTERM, signal.SIGINT)
"""Who ends every process of a service at once means the collector: it ends its children when their work is done."""


async def child(module: str, stdout: int | None = None, limit: int = 2**16) -> asyncio.subprocess.Process:
    """Start ``module`` in a session of its own, listening on a pipe; lines of its output hold ``limit`` bytes.

    It inherits a mask and so is deaf from birth: a handler of its own would come some imports too late.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _DEAF_TO)
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module),
            stdin=subprocess.PIPE,
            stdout=stdout,
            start_new_session=True,
            limit=limit,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
