"""A test message to each channel, one after the other, each in a bounded time."""

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from spanledger.alerts import channels
from transforms.alerts import words
from transforms.alerts.rules import Channel

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Tried:
    """What became of it. ``reason`` is None where the message was taken."""

    channel: Channel
    where: str
    reason: str | None
    seconds: float

    @property
    def line(self) -> str:
        """The same in words."""
        said = f"not taken: {self.reason}" if self.reason else f"taken after {self.seconds:.1f} s"
        return f"{self.channel.name} ({self.where}): {said}"


def send_to(chosen: Iterable[Channel], now: datetime) -> Iterator[Tried]:
    """Try each of them."""
    for channel in chosen:
        started = time.monotonic()
        try:
            url = channels.address(channel)
        except channels.ChannelError as error:
            yield Tried(channel, "no address", str(error), 0.0)
        else:
            reason = _sent(url, words.trial(channel.name, now))
            yield Tried(channel, channels.shown(url), reason, time.monotonic() - started)


def _sent(url: str, text: words.Text) -> str | None:
    answer: list[str | None] = []
    thread = threading.Thread(target=lambda: answer.append(channels.send(url, text)), daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    if thread.is_alive():
        return f"no answer within {PATIENCE_S:g} s"
    return answer[0] if answer else "it ended without an answer"
