"""HTTP connections that cannot be held for nothing: uvicorn's protocol with bounds on number, time and header size.

    no place left (`collector.door.places`) 503 with Retry-After, closed
    nothing said yet while it is crowded   closed after 5 s
    a header of more than 64 KiB           431, closed
    a request that does not arrive in time closed; whoever waits for its body has answered before (`HttpFront`)
    an answer that is not taken in time    closed

Between requests uvicorn's own timer closes idle connections. One look a second at all connections (`watch`) keeps the
times, so a request costs no timer.
"""

import asyncio
import dataclasses
import time
from collections.abc import Iterable
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from collector.door.answers import Answer, Kind
from collector.door.places import Place, Places
from collector.door.plain_parser import PlainParser
from collector.metrics import Counters

MAX_HEADER_BYTES = 64 * 1024
_LOOK_S = 1.0
_GRACE_S = 5.0  # beyond a request's time, so that the answer that says so comes first
_NO_ROOM = b"too many connections\n"
_TOO_LONG = b"the header is larger than 64 KiB\n"
_TOO_SLOW = b"the request did not arrive in time\n"


@dataclasses.dataclass(frozen=True)
class ConnectionLimits:
    """How many connections may be open, in all and, as a share of that, of one address; for how many seconds a request
    may take to arrive or an answer to be taken; and after how many without a request a gRPC connection is closed."""

    max_connections: int = 10_000
    share_per_address: float = 0.25
    request_timeout_s: float = 30.0
    idle_s: float = 600.0


DEFAULTS = ConnectionLimits()


class LimitedConnection(HttpToolsProtocol):
    """One connection; see above. ``limits`` and ``counters`` are those of the server that is run."""

    limits: ClassVar[ConnectionLimits] = DEFAULTS
    counters: ClassVar[Counters] = Counters()
    place: Place | None = None  # and ``places``: set by who accepts it
    places: Places | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser = PlainParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self._owes_since: float | None = None  # since when a request is on its way
        self._taking_since: float | None = None  # since when an answer is
        self._header_bytes: int | None = 0  # None while a body arrives
        self._is_header_begun = False
        self._answering: RequestResponseCycle | None = None
        self._steps = 0  # messages that began, headers and messages that were whole

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's does
        """Take the connection, or say that there are too many."""
        self._owes_since = time.monotonic()
        super().connection_made(transport)
        if self.place is None:
            self._hang_up(503, _NO_ROOM, Answer(Kind.UNAVAILABLE))

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more can be sent; uvicorn tells that only to the last of several requests in flight."""
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
        if self.place is not None:
            self.place.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take part of a request, or of its header at most 64 KiB."""
        if self.transport.is_closing():
            return
        if self._owes_since is None and self._is_idle():
            self._owes_since = time.monotonic()
        before = self._steps
        super().data_received(data)
        if self._header_bytes is None or self._steps != before or self.transport.is_closing():
            return
        self._header_bytes += len(data)
        if self._header_bytes > MAX_HEADER_BYTES:
            self._hang_up(431, _TOO_LONG, Answer(Kind.TOO_LARGE))

    def on_message_begin(self) -> None:
        """A request starts."""
        self._owes_since = time.monotonic()
        self._step(0)
        self._is_header_begun = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its header is whole."""
        self._step(None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """So is its body."""
        self._owes_since = None
        self._step(0)
        super().on_message_complete()

    def _step(self, header_bytes: int | None) -> None:
        self._header_bytes = header_bytes
        self._is_header_begun = False
        self._steps += 1

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _is_idle(self) -> bool:
        """Whether no request waits for its answer."""
        return not self.pipeline and (self._answering is None or self._answering.response_complete)

    def send_400_response(self, msg: str) -> None:
        """Not HTTP."""
        self._count(Answer(Kind.INVALID))
        super().send_400_response(msg)

    def pause_writing(self) -> None:
        """The client does not read."""
        self._taking_since = time.monotonic()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It does again."""
        self._taking_since = None
        super().resume_writing()

    def check(self, now: float) -> None:
        """Close what takes too long at ``now`` (monotonic)."""
        patience = self._patience()
        if self._taking_since is None and self.transport.is_closing():
            self._taking_since = now  # the end of the answer
        if self._taking_since is not None and now - self._taking_since > patience:
            self.counters.add("spanledger_connections_closed_total", reason="slow reader")
            self.transport.abort()
        elif self._owes_since is not None and now - self._owes_since > patience and not self.flow.read_paused:
            self.counters.add("spanledger_connections_closed_total", reason="slow sender")
            self._close_slow()

    def _patience(self) -> float:
        if not self._steps and self.places is not None and self.places.is_crowded:
            return min(_GRACE_S, self.limits.request_timeout_s)
        return self.limits.request_timeout_s + min(_GRACE_S, self.limits.request_timeout_s)

    def _close_slow(self) -> None:
        if self._is_header_begun:
            self._hang_up(408, _TOO_SLOW, Answer(Kind.INVALID))
        else:
            self.transport.close()

    def _hang_up(self, status: int, said: bytes, answer: Answer) -> None:
        """Say why and close, unless an answer is under way, which then is the last."""
        self._count(answer)
        if self._is_idle():
            self.transport.write(
                b"HTTP/1.1 %d \r\ncontent-type: text/plain\r\ncontent-length: %d\r\n"
                b"connection: close\r\nretry-after: 1\r\n\r\n%s" % (status, len(said), said)
            )
        self.transport.close()

    def _count(self, answer: Answer) -> None:
        self.counters.count_answer("none", "http", answer)


def limited(limits: ConnectionLimits, counters: Counters, base: type[LimitedConnection]) -> type[LimitedConnection]:
    """``base`` with ``limits``, counting in ``counters``."""
    return type(base.__name__, (base,), {"limits": limits, "counters": counters})


async def watch(connections: Iterable[Any]) -> None:
    """Look at ``connections`` once a second until cancelled."""
    while True:
        await asyncio.sleep(_LOOK_S)
        now = time.monotonic()
        for each in list(connections):
            each.check(now)
