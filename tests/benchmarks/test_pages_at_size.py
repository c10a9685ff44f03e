"""The benchmark of the pages' server time, small: pages are drawn, cold and warm, and what they asked is named."""

from pathlib import Path

import pytest

from app.pages import PAGES
from benchmarks import pages_at_size
from tests.app import sample_warehouse

FEW = {"": PAGES[""], "Evidence": PAGES["Evidence"][-1:]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    sample_warehouse.publish(tmp_path, days=3, per_day=2)
    monkeypatch.setattr(pages_at_size, "PAGES", FEW)
    return tmp_path


def test_a_page_asks_once_and_a_slow_one_breaks_the_promise(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = list(pages_at_size.measure(folder, rounds=1))
    assert [page.title for page in pages] == [
        *(entry.title for group in FEW.values() for entry in group),
        "Trace of a dear call",
    ]
    for page in pages:
        [cold], [warm] = page.cold, page.warm
        assert "build_info" in cold.asked
        assert set(warm.asked) == set(), f"{page.title} asks again what it was answered"
    monkeypatch.setattr(pages_at_size, "measure", lambda data, rounds: iter(pages))
    monkeypatch.setattr(pages_at_size, "MOST_S", 0.0)
    assert pages_at_size.main(["--folder", str(folder), "--rounds", "1"]) == 1
    assert "BROKEN: Overview needs more than 0 s" in capsys.readouterr().out
