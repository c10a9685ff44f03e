"""Locks: a directory has one holder; whoever only looks whether there is one keeps nobody out."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from app.installation.collector import is_held
from collector.files import LockedError, lock


def test_a_second_holder_is_refused_and_a_look_tells_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "collector.lock"
    assert not is_held(path)
    held = lock(path)
    assert is_held(path)
    with pytest.raises(LockedError, match=str(os.getpid())):
        lock(path)
    os.close(held)
    assert not is_held(path)


def test_who_only_looks_does_not_refuse_a_holder(tmp_path: Path) -> None:
    path = tmp_path / "collector.lock"
    os.close(lock(path))
    looking = os.open(path, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    taken: list[int] = []
    holder = threading.Thread(target=lambda: taken.append(lock(path)))
    holder.start()
    holder.join(0.2)
    assert holder.is_alive()
    os.close(looking)
    holder.join(10)
    assert is_held(path)
    os.close(taken[0])
