"""Between two looks: the interval; on an installation without spans no longer than until the first have landed."""

import threading
import time
from pathlib import Path

import pytest

from spanledger.building import building
from spanledger.building.building import BuilderLoop
from spanledger.settings import Settings
from tests.collector.otlp import request, span
from tests.collector.running import wait_until
from tests.lake import land

LONG_S = 600.0


def resting(data: Path, *, is_empty: bool) -> tuple[BuilderLoop, threading.Thread]:
    """A loop between two looks, that are ten minutes apart."""
    loop, settings = BuilderLoop(), Settings(data=data, build_interval_s=LONG_S)
    thread = threading.Thread(target=loop._rest, args=(settings,), kwargs={"is_empty": is_empty}, daemon=True)
    thread.start()
    return loop, thread


def test_the_first_spans_are_built_at_once(tmp_path: Path) -> None:
    _, thread = resting(tmp_path, is_empty=True)
    assert thread.is_alive()
    land([request(span("first")).SerializeToString()], tmp_path)
    wait_until(lambda: not thread.is_alive(), "the rest to end", 10)


def test_later_spans_wait_for_their_turn_and_an_order_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "FIRST_LOOK_S", 0.01)
    land([request(span("first")).SerializeToString()], tmp_path)
    loop, thread = resting(tmp_path, is_empty=False)
    thread.join(0.2)
    assert thread.is_alive()
    loop.order("build")
    wait_until(lambda: not thread.is_alive(), "the rest to end", 10)


def test_an_empty_lake_is_looked_at_again_after_the_interval(tmp_path: Path) -> None:
    began = time.monotonic()
    BuilderLoop()._rest(Settings(data=tmp_path, build_interval_s=0.3), is_empty=True)
    assert time.monotonic() - began >= 0.3
