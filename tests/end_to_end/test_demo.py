"""The demo as people run it, small: sent through the real door, built, shown; and quick the second time."""

import re
import shlex
import signal
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from app import figures
from spanledger.cli import main
from spanledger.freshness import behind
from tests.lake import open_warehouse
from tests.pages import rules
from tests.pages.browsing import URLS, chromium, followed, opened
from tests.spanledger.supervised import Supervised, alive, descendants

SCALE = ("--scale", "0.02")
TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo is started; its data comes to ./data-demo."""
    return tmp_path_factory.mktemp("demo")


def finding(output: str) -> str:
    return next(line for line in output.splitlines() if line.startswith("A successful production task costs "))


def assert_pages_show(address: str, data: Path) -> None:
    """Every page on the simulated company's figures at 1440 pixels in the light: nothing wrong with it (`rules`).

    The overview's total is the marts', and said to be simulated.
    """
    with open_warehouse(data) as warehouse:
        total = warehouse.execute("select sum(cost_usd) from rpt_traffic_split").fetchall()[0][0]
    looked: list[tuple[str, rules.Verdict]] = []
    with chromium() as browser:
        page, strangers = opened(browser, address, "?period=all", "light")
        expect(page.locator(".sl-footer")).to_contain_text("simulated company")
        assert figures.money(total) in page.inner_text("body")
        for url in URLS:
            if url:
                followed(page, url)
            looked.append((url or "overview", rules.judged(page)))
    assert not rules.told(looked), rules.told(looked)
    assert strangers == []
    assert set(rules.EXCUSED) == set().union(*(verdict.needed for _, verdict in looked)), "an excuse nobody needs"


def assert_the_tutorial_holds(data: Path) -> None:
    """Its questions to the demo are answered, with the columns it shows."""
    asked = re.findall(
        r"^```sh\n\.venv/bin/spanledger (.+ data-demo .+)\n```\n\n```text\n(.+)\n", TUTORIAL.read_text(), re.M
    )
    assert len(asked) == 2
    for words, columns in asked:
        answer = CliRunner().invoke(main, [str(data) if word == "data-demo" else word for word in shlex.split(words)])
        assert answer.exit_code == 0, answer.output
        assert answer.output.splitlines()[0].split() == columns.split()
    said = re.search(
        r"^```text\n(A successful production task .+)\n(Of the bill of .+)\n```$", TUTORIAL.read_text(), re.M
    )
    assert said is not None, "the tutorial does not show what the demo says"


def test_the_demo_shows_what_it_sent_and_is_quick_the_second_time(folder: Path) -> None:
    data = folder / "data-demo"
    with Supervised(folder, "demo", *SCALE) as running:
        state = behind(data, data / "lake")
        assert state.is_fresh
        assert state.lake_rows > 500
        for what, path in (("cost explorer", "/_stcore/health"), ("OTLP over HTTP", "/healthz")):
            with urllib.request.urlopen(f"http://{running.addresses()[what]}{path}", timeout=10) as answer:
                assert answer.status == 200
        with open_warehouse(data) as warehouse:
            rows = warehouse.execute("select distinct traffic_source from rpt_traffic_split").fetchall()
            negotiated = warehouse.execute(
                "select count(*) from dim_prices where source = 'simulated contract'"
            ).fetchall()
        assert {"production", "eval"} <= {source for (source,) in rows}
        assert negotiated != [(0,)]
        first = finding(running.output)
        assert_the_tutorial_holds(data)
        assert_pages_show(f"http://{running.addresses()['cost explorer']}", data)
        below = descendants(running.process.pid)
        assert running.stop_group(signal.SIGINT) == 0, running.errors
        assert running.last_line() == "Ended; everything acknowledged is in the lake."
        assert not alive(below)
    published = (data / "builds" / "CURRENT").read_text()
    began = time.monotonic()
    with Supervised(folder, "demo", *SCALE) as running:
        assert time.monotonic() - began < 30
        assert finding(running.output) == first
        assert "Sending" not in running.errors
    assert (data / "builds" / "CURRENT").read_text() == published


def test_the_demo_never_mixes_with_other_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "theirs").write_text("real")
    running = Supervised(tmp_path, "demo", "--data", "data", *SCALE)
    assert running.process.wait(60) == 4
    assert "holds other data than the demo's" in running.errors
