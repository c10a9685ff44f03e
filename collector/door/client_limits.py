"""How much one client may send: requests and bytes a second, with a burst. The client is the token's entry, or the
address where no token is asked for.

Each limit is an account that fills at its rate up to ``burst_s`` seconds' worth. Who is not in debt is let in, and what
they send is booked when its size is known; who is in debt waits until they are out of it.
"""

import collections
import dataclasses
import threading
import time
from collections.abc import Callable

from collector.door.answers import Kind, RefusedError

_MAX_CLIENTS = 10_000  # the longest silent is forgotten first; whoever was silent for a burst has a full account anyway


@dataclasses.dataclass
class _Account:
    requests: float
    bytes: float
    at: float


class ClientLimits:
    """Thread-safe. A rate of 0 sets no limit; ``clock`` gives seconds that never go back."""

    def __init__(
        self,
        *,
        requests_per_s: float,
        bytes_per_s: float,
        burst_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests_per_s = requests_per_s
        self._bytes_per_s = bytes_per_s
        self._burst_s = burst_s
        self._clock = clock
        self._guard = threading.Lock()
        self._accounts: collections.OrderedDict[str, _Account] = collections.OrderedDict()

    @property
    def is_on(self) -> bool:
        """Whether there is a limit at all."""
        return bool(self._requests_per_s or self._bytes_per_s)

    def admit(self, client: str) -> None:
        """Book one request of ``client``. Raises RefusedError with the time to wait."""
        if not self.is_on:
            return
        with self._guard:
            account = self._account(client)
            wait = max(_debt_s(account.requests - 1, self._requests_per_s), _debt_s(account.bytes, self._bytes_per_s))
            if wait <= 0:
                account.requests -= 1
                return
        raise RefusedError(Kind.BUSY, f"{client} sends more than is allowed here: {self._words()}", wait)

    def book(self, client: str, size: int) -> None:
        """Book ``size`` bytes that ``client`` has sent."""
        if not self._bytes_per_s:
            return
        with self._guard:
            self._account(client).bytes -= size

    def _account(self, client: str) -> _Account:
        now = self._clock()
        found = self._accounts.pop(client, None)
        most = _Account(self._requests_per_s * self._burst_s, self._bytes_per_s * self._burst_s, now)
        most.requests = max(most.requests, 1)  # or a rate below one a second would never let anything in
        if found is not None:
            passed = now - found.at
            most.requests = min(most.requests, found.requests + passed * self._requests_per_s)
            most.bytes = min(most.bytes, found.bytes + passed * self._bytes_per_s)
        self._accounts[client] = most
        if len(self._accounts) > _MAX_CLIENTS:
            self._accounts.popitem(last=False)
        return most

    def _words(self) -> str:
        limits = {"requests": self._requests_per_s, "bytes": self._bytes_per_s}
        said = [f"{rate:g} {unit} a second (client_{unit}_per_s)" for unit, rate in limits.items() if rate]
        return " and ".join(said)


def _debt_s(level: float, rate: float) -> float:
    """Seconds until an account at ``level`` is out of debt; 0 where there is no limit."""
    return -level / rate if rate and level < 0 else 0.0
