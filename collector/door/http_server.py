"""uvicorn, with the two things that are ours: signals and accepting connections."""

import contextlib
import functools
import socket
from collections.abc import Iterator
from typing import Any, cast

import uvicorn

from collector.door.limited_connection import ConnectionLimits
from collector.door.listener import Listener
from collector.metrics import Counters


class HttpServer(uvicorn.Server):
    """Serves one listening socket, given to `serve`; connections have ``limits`` and are counted in ``counters``."""

    def __init__(self, settings: uvicorn.Config, limits: ConnectionLimits, counters: Counters) -> None:
        super().__init__(settings)
        self._limits = limits
        self._counters = counters

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install nothing."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await self.lifespan.startup()
        [listening] = sockets or []
        made: Any = functools.partial(
            cast("Any", self.config.http_protocol_class),
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        accepting: Any = Listener(listening, made, self._limits, self._counters, self.config.ssl)
        self.servers = [accepting]  # which it closes and waits for
        self.started = True
