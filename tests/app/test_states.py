"""The line above the pages: silent while all is well, and on a copy; else what is wrong, since when, what to do."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from app.pages import PAGES
from app.states import HEALTH, state
from collector.files import lock
from tests.app.drawing import page, text

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BUILT = NOW - timedelta(hours=2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest.fixture
def running(data: Path) -> Iterator[Path]:
    """A collector works there, and a builder."""
    held = [lock(data / "run" / f"{part}.lock") for part in ("collector", "builder")]
    yield data
    for descriptor in held:
        os.close(descriptor)


def said(data: Path, *, landed: timedelta, complete: timedelta, error: str | None = None) -> str:
    """What is said when the last span landed, and the last build was complete, so long ago."""
    (data / "run" / "builder.json").write_text(json.dumps({"looked_at_ns": 1, "error": error, "pid": 1}))
    (data / "run" / "builds.json").write_text(json.dumps({"complete_at": (NOW - complete).timestamp()}))
    (data / "run" / "fates.json").write_text("{}")
    at = (NOW - landed).timestamp()
    os.utime(data / "run" / "fates.json", (at, at))
    found = state(data, BUILT, NOW)
    return f"{found.what} {found.cure}" if found else ""


SECONDS, HOUR, DAYS = timedelta(seconds=30), timedelta(hours=1), timedelta(days=2)


def test_nothing_is_said_while_all_is_well(running: Path) -> None:
    assert said(running, landed=HOUR, complete=SECONDS) == ""
    assert said(running, landed=SECONDS, complete=timedelta(minutes=5)) == ""


def test_a_failed_build_is_said_with_its_reason(data: Path) -> None:
    assert said(data, landed=HOUR, complete=HOUR, error="prices.csv:2: expected a number").startswith(
        "The last build failed: these figures are of 23 Nov 2026, 10:00 UTC. prices.csv:2: expected a number. The next"
    )


def test_a_builder_that_does_not_keep_up_and_one_that_is_gone(running: Path) -> None:
    assert said(running, landed=SECONDS, complete=HOUR) == (
        "What arrived since 23 Nov 2026, 11:00 UTC is in no figure yet. A build is at work, or takes long."
    )
    (running / "run" / "builder.lock").unlink()
    assert "Nobody builds: start `spanledger up`" in said(running, landed=SECONDS, complete=HOUR)


def test_senders_that_fell_silent(running: Path) -> None:
    assert said(running, landed=DAYS, complete=SECONDS).startswith("Nothing has arrived since 21 Nov 2026, 12:00 UTC.")


def test_a_copy_is_as_it_is(data: Path) -> None:
    assert said(data, landed=SECONDS, complete=HOUR) == ""
    assert said(data, landed=DAYS, complete=DAYS) == ""


def test_it_leads_to_a_page_that_is_there() -> None:
    assert HEALTH in {entry.url for group in PAGES.values() for entry in group}


def test_it_stands_above_every_page(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    sample.publish(tmp_path, days=2)
    assert "The last build failed" not in text(page("", tmp_path, monkeypatch))
    said_there = {"looked_at_ns": 1, "error": "the disk is full", "pid": 1}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "builder.json").write_text(json.dumps(said_there))
    for url in ("", "waste"):
        said = " ".join(text(page(url, tmp_path, monkeypatch)).split())
        assert "The last build failed" in said
        assert "the disk is full. The next look tries again. Settings and health" in said
    (tmp_path / "run" / "builder.json").write_text("{")
    assert "How builds stand cannot be read" in text(page("", tmp_path, monkeypatch))
