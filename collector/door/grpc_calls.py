"""gRPC calls that cannot be held for nothing: how many may wait, and how long one may take to send its request.

A call has a thread from its start to its answer, so a sender who drips its request would keep others from theirs. Each
has ``timeout_s``, and two seconds as soon as others wait for a thread. Who is cancelled may retry (OTLP: CANCELLED).
Calls above MAX_WAITING are answered at once, by a thread of their own. gRPC's own limit of calls is not used: it
answers RESOURCE_EXHAUSTED without RetryInfo, and exporters then drop what they have.

A message's size is known only when it is in memory, so no more than ``readers`` are read at a time.
"""

import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import grpc

MAX_WAITING = 4096
_LOOK_S = 0.5
_PRESSED_S = 2.0


class Calls:
    """Counts the calls that wait for a thread, and watches those that send their request."""

    def __init__(self, timeout_s: float, clock: Callable[[], float] = time.monotonic, *, readers: int = 64) -> None:
        self._timeout_s = timeout_s
        self._clock = clock
        self._guard = threading.Lock()
        self._waiting = 0
        self._reading: dict[int, tuple[float, Any]] = {}
        self._readers = threading.Semaphore(readers)

    def watch(self, server: Any) -> None:
        """Look at them twice a second, in a thread that ends with ``server``."""

        def look() -> None:
            while server.wait_for_termination(_LOOK_S):  # true while it has not ended
                self.cancel_slow()

        threading.Thread(target=look, name="grpc-watch", daemon=True).start()

    def enter(self) -> bool:
        """One more call waits; False when there are too many."""
        with self._guard:
            if self._waiting >= MAX_WAITING:
                return False
            self._waiting += 1
            return True

    def start(self) -> None:
        """One that waited has its thread."""
        with self._guard:
            self._waiting -= 1

    def read(self, requests: Iterator[bytes], context: Any) -> bytes | None:
        """The request; None where the call ended without one. Raises grpc.RpcError for a call that was cancelled."""
        with self._turn():
            with self._guard:
                self._reading[id(context)] = (self._clock(), context)
            try:
                return next(requests, None)
            finally:
                with self._guard:
                    del self._reading[id(context)]

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._readers.acquire(blocking=False):
            with self._guard:
                self._waiting += 1
            self._readers.acquire()
            self.start()
        try:
            yield
        finally:
            self._readers.release()

    def cancel_slow(self) -> int:
        """Cancel the calls that take too long; returns how many."""
        with self._guard:
            timeout_s = min(_PRESSED_S, self._timeout_s) if self._waiting else self._timeout_s
            before = self._clock() - timeout_s
            slow = [context for since, context in self._reading.values() if since < before]
        for context in slow:
            context.cancel()
        return len(slow)


class Handlers(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc ships no types
    """``methods`` by path; calls for which there is no room get ``crowded``."""

    def __init__(self, methods: Mapping[str, Any], crowded: Callable[[Any, Any], bytes], calls: Calls) -> None:
        self._methods = methods
        self._calls = calls

        def refuse(requests: Any, context: Any) -> bytes:
            return crowded(requests, context)

        pool = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="grpc-crowded")
        refuse.experimental_thread_pool = pool  # type: ignore[attr-defined]  # grpc's way to name a pool
        self._crowded = grpc.stream_unary_rpc_method_handler(refuse)

    def service(self, handler_call_details: Any) -> Any:
        """gRPC asks this for each call, before a thread has it."""
        method = self._methods.get(handler_call_details.method)
        if method is None or self._calls.enter():
            return method
        return self._crowded
