"""Accepts connections for uvicorn, which counts them only once they have spoken TLS.

no place left, in all or for its address   plain: 503; with TLS: closed before the handshake
a TLS handshake that does not end in time  closed
no open files left                         waits a second, and says so
"""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Callable

from collector.door.limited_connection import ConnectionLimits, LimitedConnection
from collector.door.places import Place, Places
from collector.metrics import Counters

logger = logging.getLogger(__name__)

_AT_ONCE = 64  # accepted before other work gets its turn
_PAUSE_S = 1.0
_HANDSHAKE_S = 10.0
_FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Listener:
    """What uvicorn knows as a server: made on the event loop, it accepts until `close`."""

    def __init__(
        self,
        listening: socket.socket,
        connection: Callable[[], LimitedConnection],
        limits: ConnectionLimits,
        counters: Counters,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._listening = listening
        self._connection = connection
        self._counters = counters
        self._tls = tls
        self._handshake_s = min(_HANDSHAKE_S, limits.request_timeout_s)
        self._places = Places(limits.max_connections, limits.share_per_address)
        self._loop = asyncio.get_running_loop()
        self._beginning: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        listening.setblocking(False)
        self._loop.add_reader(listening, self._accept)

    def close(self) -> None:
        """Accept no more."""
        self._loop.remove_reader(self._listening)
        if self._pause is not None:
            self._pause.cancel()
        for task in self._beginning:
            task.cancel()

    async def wait_closed(self) -> None:
        """Those that were still beginning are gone."""
        await asyncio.gather(*self._beginning, return_exceptions=True)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(_AT_ONCE):
                try:
                    accepted, address = self._listening.accept()
                except ConnectionError:
                    continue  # it was gone before we came
                except OSError as error:
                    if error.errno not in _FULL:
                        raise
                    self._wait(error)
                    return
                self._begin(accepted, address[0])

    def _wait(self, error: OSError) -> None:
        logger.error("no connection can be accepted: %s; tried again in %g s", error.strerror, _PAUSE_S)
        self._loop.remove_reader(self._listening)
        self._pause = self._loop.call_later(_PAUSE_S, lambda: self._loop.add_reader(self._listening, self._accept))

    def _begin(self, accepted: socket.socket, address: str) -> None:
        accepted.setblocking(False)
        place = self._places.take(address)
        if place is None and self._tls is not None:
            self._counters.add("spanledger_connections_closed_total", reason="no place")
            accepted.close()
            return
        task = self._loop.create_task(self._connect(accepted, place))
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    async def _connect(self, accepted: socket.socket, place: Place | None) -> None:
        def make() -> LimitedConnection:
            made = self._connection()
            made.place, made.places = place, self._places
            return made

        within_s = None if self._tls is None else self._handshake_s
        try:
            await self._loop.connect_accepted_socket(make, accepted, ssl=self._tls, ssl_handshake_timeout=within_s)
        except (OSError, TimeoutError):  # no TLS, no certificate, too slow, or gone
            self._counters.add("spanledger_connections_closed_total", reason="no handshake")
            if place is not None:
                place.leave()
        except asyncio.CancelledError:
            accepted.close()
            raise
