"""The explorer as people meet it: its own server, and a real Chromium that opens and walks its pages."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import app
from app.pages import PAGES

MAIN = Path(app.__file__).parent / "main.py"
URLS = [entry.url for group in PAGES.values() for entry in group]
LOOKS = {
    "light": ("light", 1440, 900),
    "dark": ("dark", 1440, 900),
    "narrow": ("light", 390, 844),
    "narrow dark": ("dark", 390, 844),
}
"""Colour scheme, width and height of the window, in pixels."""
DRAWN_MS = 60_000
_SETTLED = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return app?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid=stSpinner], [data-testid=stSkeleton], [data-stale=true]')
    && document.querySelector('.sl-footer, [data-testid=stAlert], .sl-headline')
    && [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(one => one.querySelector('svg, canvas'));
}"""
_FOLLOWED = """url => new Promise(done => {
  const app = document.querySelector('[data-testid=stApp]');
  let ran = false;
  const seen = new MutationObserver(() => {
    ran ||= app.dataset.testScriptState === 'running';
    if (ran && app.dataset.testScriptState === 'notRunning') { seen.disconnect(); done(); }
  });
  seen.observe(app, {attributes: true});
  [...document.querySelectorAll('[data-testid=stSidebarNavLink]')].find(
    link => new URL(link.href).pathname === '/' + url).click();
})"""


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """The address of the explorer on a data directory, on a free port of the loopback interface."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app.serve", "run", str(MAIN), "--server.port", str(port)]
    with subprocess.Popen(command, env=os.environ | {"SPANLEDGER_DATA": str(data)}, cwd=data) as server:
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the app ended with code {server.returncode} before it answered"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise TimeoutError(f"{url} did not answer within 60 s")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium found: install it (Debian, Ubuntu: `apt-get install chromium`)")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=flags)
        yield running
        running.close()


def opened(browser: Browser, address: str, url: str, look: str, zone: str = "UTC") -> tuple[Page, list[str]]:
    """The page once it is drawn, in a window of its own, and every request that left the machine."""
    scheme, width, height = LOOKS[look]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        timezone_id=zone,
    )
    page, strangers = context.new_page(), list[str]()
    page.on("request", lambda request: strangers.append(request.url) if _leaves(request.url) else None)
    page.goto(f"{address}/{url}")
    settled(page)
    return page, strangers


def followed(page: Page, url: str) -> None:
    """Go to another page through the sidebar, as people do, and wait until it is drawn."""
    page.evaluate(_FOLLOWED, url)
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page is drawn to its footer, its charts included."""
    page.wait_for_function(_SETTLED, timeout=DRAWN_MS)
    expect(page.locator("[data-testid=stSpinner]")).to_have_count(0)


def _leaves(url: str) -> bool:
    return not re.match(r"(http|ws)://127\.0\.0\.1:|data:|blob:", url)
