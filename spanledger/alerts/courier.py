"""Delivery in a bounded time: each channel has a thread, and who takes too long holds up neither builds nor others."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from transforms.alerts.telling import Message
from transforms.alerts.words import Text

PATIENCE_S = 20.0
"""How long all channels together are waited for."""


@dataclass
class Errand:
    """A message on its way. ``reason`` is why it was not taken, once it is over; None where it was taken."""

    message: Message
    reason: str | None = None
    thread: threading.Thread = field(default_factory=threading.Thread)

    @property
    def is_over(self) -> bool:
        """Whether the service has answered, or nothing more is to be expected."""
        return not self.thread.is_alive()


class Courier:
    """Sends messages, at most one at a time to a channel."""

    def __init__(self, send: Callable[[str, Text], str | None], patience_s: float = PATIENCE_S) -> None:
        self._send, self._patience_s = send, patience_s
        self._late: dict[str, Errand] = {}

    def arrived(self) -> list[Errand]:
        """Errands that took longer than they were waited for, and are over now."""
        done = [errand for errand in self._late.values() if errand.is_over]
        self._late = {name: errand for name, errand in self._late.items() if not errand.is_over}
        return done

    @property
    def busy(self) -> frozenset[str]:
        """Channels that still have a message on its way."""
        return frozenset(self._late)

    def deliver(self, messages: Mapping[str, tuple[Message, str, Text]]) -> list[Errand]:
        """Send (message, address, text) to each channel, all at once. Returns every errand; those that are not over
        after the time they are waited for come again from `arrived`."""
        errands = [self._start(name, *what) for name, what in messages.items()]
        deadline = time.monotonic() + self._patience_s
        for errand in errands:
            errand.thread.join(max(0.0, deadline - time.monotonic()))
            if not errand.is_over:
                self._late[errand.message.channel] = errand
        return errands

    def _start(self, name: str, message: Message, url: str, text: Text) -> Errand:
        errand = Errand(message, "it ended without an answer")

        def run() -> None:
            try:
                errand.reason = self._send(url, text)
            except Exception as error:  # noqa: BLE001 -- a plugin may raise anything; its words may hold the address
                errand.reason = f"it failed with {type(error).__name__}"

        errand.thread = threading.Thread(target=run, name=f"alert channel {name}", daemon=True)
        errand.thread.start()
        return errand
