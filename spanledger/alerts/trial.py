"""Messages that somebody asked for, to one channel after the other, each in a bounded time: tests, and reports."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
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
        yield hand(channel, words.trial(channel.name, now))


def hand(channel: Channel, text: words.Text, attached: Sequence[channels.Attached] = ()) -> Tried:
    """Hand a message to a channel and wait for the answer, no longer than PATIENCE_S."""
    started = time.monotonic()
    try:
        url = channels.address(channel)
    except channels.ChannelError as error:
        return Tried(channel, "no address", str(error), 0.0)
    reason = _sent(url, text, attached)
    return Tried(channel, channels.shown(url), reason, time.monotonic() - started)


def _sent(url: str, text: words.Text, attached: Sequence[channels.Attached]) -> str | None:
    answer: list[str | None] = []
    thread = threading.Thread(target=lambda: answer.append(channels.send(url, text, attached)), daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    if thread.is_alive():
        return f"no answer within {PATIENCE_S:g} s"
    return answer[0] if answer else "it ended without an answer"
