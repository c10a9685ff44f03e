"""Several real receivers on one lake: the data directory that keeps it, and others that only land in it."""

import http.client
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

from collector.config import CollectorConfig
from collector.files import make_folder, secret_key
from tests.collector.running import Collector, Response, configuration, wait_until
from tests.end_to_end.storm import free_port

TRIES = 200


class Tier:
    """A context manager. ``environments`` has one entry for each receiver beside the keeper; all share a hash key."""

    def __init__(
        self, folder: Path, environments: Sequence[Mapping[str, str]], lake: PurePath | None = None, **changes: Any
    ) -> None:
        self.folder = folder
        self.lake = lake or folder / "lake"
        self.keeper = self._config("keeper", **changes)
        self.others = [self._config(f"receiver{number}", receiver_only=True) for number in range(len(environments))]
        self._environments = [{}, *environments]
        make_folder(self.keeper.data)
        secret_key(self.keeper.data / "hash.key")
        for config in self.others:
            make_folder(config.data)
            shutil.copy2(self.keeper.data / "hash.key", config.data)
        self.collectors: list[Collector] = []

    def _config(self, name: str, **changes: Any) -> CollectorConfig:
        ports = {"grpc_port": free_port(), "http_port": free_port()}
        return configuration(self.folder / name, lake=self.lake, **(ports | changes))

    def __enter__(self) -> "Tier":
        for number in range(1 + len(self.others)):
            self.collectors.append(self._started(number))
        return self

    def __exit__(self, *_: object) -> None:
        for collector in self.collectors:
            collector.__exit__()

    def _started(self, number: int) -> Collector:
        config = [self.keeper, *self.others][number]
        return Collector(config, dict(self._environments[number])).__enter__()

    def send(self, body: bytes, order: Iterable[int]) -> int:
        """Send a request to the first of ``order`` that takes it, again and again; which one that was."""
        numbers = list(order)
        for attempt in range(TRIES):
            number = numbers[attempt % len(numbers)]
            with suppress(OSError, http.client.HTTPException):
                if self.collectors[number].send(body).status == 200:
                    return number
            time.sleep(0.02 * (attempt >= len(numbers)))  # all were asked: as an exporter, wait before the next round
        raise AssertionError("no receiver took the request")

    def kill(self, number: int) -> None:
        """kill -9 of a receiver and its writer."""
        collector = self.collectors[number]
        with suppress(ProcessLookupError, KeyError):
            os.kill(collector.writer_state["pid"], signal.SIGKILL)
        collector.kill()

    def kill_while_it_writes(self, number: int, bodies: Iterable[bytes], has_half_a_file: Callable[[], bool]) -> None:
        """Send ``bodies`` to one receiver, one after the other, until it is killed with half a file in the lake.

        Half the senders would send again, as they have no answer; what has one is in its log.
        """
        collector = self.collectors[number]
        for body in bodies:
            assert collector.send(body).status == 200
            deadline = time.monotonic() + 5.0
            while time.monotonic() < deadline and collector.waiting():
                if has_half_a_file():
                    self.kill(number)
                    if has_half_a_file():
                        return
                    self.restart(number)
                    collector = self.collectors[number]
        raise AssertionError("never seen with half a file in the lake")

    def restart(self, number: int) -> None:
        """Another collector on the same directories."""
        self.collectors[number] = self._started(number)

    def wait_until_landed(self) -> None:
        wait_until(lambda: not any(collector.waiting() for collector in self.collectors), "everything to land", 120)

    def stop(self) -> None:
        """SIGTERM to all, the keeper last; each must end clean."""
        for collector in reversed(self.collectors):
            assert collector.stop() == 0, collector.errors()

    def post(self, number: int, path: str, body: bytes) -> Response:
        return self.collectors[number].request("POST", path, body, {"content-type": "application/json"})


def spread(
    tier: Tier, bodies: Sequence[bytes], chance: random.Random, *, again: float, kills: Mapping[int, int]
) -> int:
    """Send every request to any receiver, a share of them ``again`` to another; ``kills`` says after how many requests
    which receiver dies, to be started again some requests later. Returns how many were sent twice."""
    everyone, down, twice = range(len(tier.collectors)), dict[int, int](), 0
    for done, body in enumerate(bodies):
        order = chance.sample(everyone, len(everyone))
        taken = tier.send(body, order)
        if chance.random() < again:
            tier.send(body, [number for number in order if number != taken])
            twice += 1
        if done in kills:
            tier.kill(kills[done])
            down[kills[done]] = done
        for number, since in list(down.items()):
            if done - since >= len(bodies) // 20:
                tier.restart(number)
                del down[number]
    for number in down:
        tier.restart(number)
    return twice
