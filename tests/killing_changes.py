"""Ends a step of this process before its n-th change of the disk or of an object store, as a kill would.

A process that has asked an object store cannot be forked; `tests.collector.killing` kills one that has not.
"""

import functools
import os
from collections.abc import Callable
from typing import Any

import pytest

from collector.store.object_client import ObjectClient

CHANGES = ("replace", "rename", "unlink", "rmdir", "link")


class KilledError(BaseException):
    """Nothing catches it, as nothing catches a kill."""


def killed_before(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die before the change of that number; objects that go in one request are changes each, as a part may be done."""
    left = [number]

    def counted(change: Callable[..., Any], *args: Any, **more: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise KilledError
        return change(*args, **more)

    for name in CHANGES:
        monkeypatch.setattr(f"os.{name}", functools.partial(counted, getattr(os, name)))
    create, delete = ObjectClient.create, ObjectClient.delete

    def one_by_one(self: ObjectClient, paths: Any) -> None:
        for path in paths:
            counted(delete, self, [path])

    monkeypatch.setattr(ObjectClient, "create", lambda *args: counted(create, *args))
    monkeypatch.setattr(ObjectClient, "delete", one_by_one)
