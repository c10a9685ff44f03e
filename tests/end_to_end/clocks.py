"""Clocks of processes that are wrong, by libfaketime; waiting is not: the monotonic clock stays as it is."""

from pathlib import Path

import pytest

FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))

needs_wrong_clocks = pytest.mark.skipif(
    not FAKETIME, reason="libfaketime (apt-get install libfaketime) sets a receiver's clock wrong"
)


def clock_wrong_by(days: float) -> dict[str, str]:
    """The environment of a process whose clock is wrong for as long as it lives."""
    return _with_library({"FAKETIME": f"{days:+}d"})


class Clock:
    """A clock that is put wrong and right while processes go by it, within a second; ``file`` says by how much."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.put_wrong_by(0)

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that goes by it."""
        return _with_library({"FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_CACHE_DURATION": "1"})

    def put_wrong_by(self, days: float) -> None:
        """From now on; by 0 is right."""
        self._file.write_text(f"{days:+}d\n")


def _with_library(said: dict[str, str]) -> dict[str, str]:
    return {"LD_PRELOAD": str(FAKETIME[0]) if FAKETIME else "", "FAKETIME_DONT_FAKE_MONOTONIC": "1", **said}
