"""Whether there is room for a request: in the log, on the disk, and in what its sender may send."""

import dataclasses

from collector.config import CollectorConfig
from collector.door.client_limits import ClientLimits
from collector.wal.backlog import Backlog, Written
from collector.wal.log import Log


@dataclasses.dataclass(frozen=True)
class Room:
    """Asked twice: before a request's body is read, and with its size before it is stored."""

    backlog: Backlog
    clients: ClientLimits

    def admit(self, client: str) -> None:
        """Raises RefusedError, with the time to wait, when nothing can be taken, or nothing from ``client``."""
        self.backlog.refuse_when_full()
        self.clients.admit(client)

    def book(self, client: str, size: int) -> None:
        """``client`` has sent ``size`` bytes: as they came, and what they grew by when they were inflated."""
        self.clients.book(client, size)

    def refuse_when_full(self, size: int) -> None:
        """Raises RefusedError when ``size`` bytes have no room in the log."""
        self.backlog.refuse_when_full(size)


def room_in(log: Log, config: CollectorConfig) -> Room:
    """The room that ``config`` gives to ``log`` and to clients."""

    def written() -> Written:
        return Written(log.state.bytes, log.state.records, log.waiting_bytes)

    return Room(
        Backlog(config.log, written, max_bytes=config.log_max_bytes, min_free_bytes=config.min_free_bytes),
        ClientLimits(
            requests_per_s=config.client_requests_per_s,
            bytes_per_s=config.client_bytes_per_s,
            burst_s=config.client_burst_s,
        ),
    )
