"""Where the lake of a tier is, and what goes wrong there: clocks, and a receiver that dies in the middle of a file."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Protocol

import pytest

from collector.store.object_path import ObjectPath
from tests.collector.running import wait_until
from tests.end_to_end.clocks import Clock, clock_wrong_by
from tests.end_to_end.tier import Tier
from tests.object_store import HoldingRelay, ObjectServer


class Place(Protocol):
    """Of one lake. Receiver 1 is the one to be killed with half a file there."""

    lake: PurePath
    environments: Sequence[Mapping[str, str]]
    """Of the receivers beside the keeper."""
    days_off: Sequence[int]
    """By which clocks are wrong, or not."""

    def has_half_a_file(self) -> bool:
        """Whether somebody has written a part of one."""
        ...

    def put_clocks_wrong(self) -> None:
        """Where they are not from the start."""
        ...

    def put_clocks_right(self, tier: Tier) -> None:
        """Where nothing lands before they are."""
        ...

    def close(self) -> None:
        """End what only this place needs."""
        ...


class FolderPlace:
    """All receivers see one folder. Three beside the keeper, two of them with a wrong clock all the time."""

    days_off = (-1, 0, 1)

    def __init__(self, folder: Path) -> None:
        self.lake: PurePath = folder / "lake"
        self._spans = folder / "lake" / "spans"
        self.environments: Sequence[Mapping[str, str]] = [{}, clock_wrong_by(+1), clock_wrong_by(-1)]

    def has_half_a_file(self) -> bool:
        """See `Place`: aside of its name."""
        return bool(list(self._spans.glob("*/*/.*.tmp")))

    def put_clocks_wrong(self) -> None:
        """See `Place`."""

    def put_clocks_right(self, tier: Tier) -> None:
        """See `Place`: files land whatever the clock says."""

    def close(self) -> None:
        """See `Place`."""


class StorePlace:
    """A bucket of a real S3 server. Two receivers beside the keeper; the clock of the second goes wrong while it runs.

    A store refuses who signs with the date of another day, so what that one takes waits in its log until its clock is
    right again, and lands in the hour that it came by the wrong one.
    """

    days_off = (0, 1)

    def __init__(self, folder: Path, setenv: Callable[[str, str], None]) -> None:
        self._server = ObjectServer(folder / "weed")
        self._server.start()
        for name, value in self._server.environment.items():
            setenv(name, value)
        self.lake: ObjectPath = self._server.new_lake()
        self._relay, self._clock = HoldingRelay(self._server.ports["s3.port"]), Clock(folder / "clock")
        through = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._relay.port}"}
        self.environments: Sequence[Mapping[str, str]] = [through, self._clock.environment]

    def has_half_a_file(self) -> bool:
        """See `Place`: half of an upload has reached the store, and no more of it will."""
        return self._relay.is_holding

    def put_clocks_wrong(self) -> None:
        """See `Place`."""
        self._clock.put_wrong_by(+1)

    def put_clocks_right(self, tier: Tier) -> None:
        """See `Place`: until then nothing goes up, and the receiver says why."""
        wrong = tier.collectors[-1]
        wait_until(lambda: "the clock of this machine is wrong" in str(wrong.writer_state.get("error")), "it to say so")
        assert len(wrong.waiting()) > 1
        self._clock.put_wrong_by(0)

    def close(self) -> None:
        """See `Place`."""
        self._relay.close()
        self._server.kill()


def place_of(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The place called ``kind``."""
    return FolderPlace(folder) if kind == "folder" else StorePlace(folder, monkeypatch.setenv)
