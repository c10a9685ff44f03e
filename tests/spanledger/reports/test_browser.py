"""Reports opened in a real browser: nothing runs, is fetched or overflows, in light and dark and on a telephone."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from spanledger.reports import making, periods
from spanledger.settings import Settings
from tests.spanledger.reports.conftest import HOSTILE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    if CHROMIUM is None:
        pytest.fail("no Chromium found: install it (Debian, Ubuntu: `apt-get install chromium`)")
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


def test_reports_in_a_browser(browser: Browser, company: Path, tmp_path: Path) -> None:
    pages = []
    for kind in periods.KINDS:
        report = making.make(Settings(data=company), periods.holding(kind, date(2026, 11, 13), date(2026, 11, 16)), {})
        pages.append(tmp_path / making.named(report, "html"))
        pages[-1].write_text(making.text(report, "html"), encoding="utf-8")
    grounds = set()
    for scheme, width in (("light", 1100), ("dark", 390)):
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("dialog", lambda dialog, said=said: said.append(dialog.message))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        for path in pages:
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == width, path.name
            assert page.locator("svg").count() > 0
            assert page.evaluate("document.scripts.length") == 0
            assert HOSTILE in page.locator("main").inner_text()
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert said == []
        assert asked == [path.as_uri() for path in pages]
        context.close()
    assert grounds == {"rgb(255, 255, 255)", "rgb(17, 22, 29)"}
