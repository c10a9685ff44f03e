"""A newcomer's path in a real browser: the page waits, a call is sent as the page says, its trace appears by itself."""

import re
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.spanledger.supervised import Supervised

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
BUILT_MS = 150_000


def sent(page: Page) -> None:
    """Run what the page says of curl, as it stands there."""
    command = page.locator("pre", has_text="curl http").inner_text()
    done = subprocess.run(["bash", "-ec", command], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "{}"), done.stderr


def test_from_waiting_to_the_first_trace_without_a_reload(tmp_path: Path) -> None:
    """With ten minutes between builds: the first spans do not wait for their turn."""
    with Supervised(tmp_path, "up", "--build-interval-s", "600") as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://{running.addresses()['cost explorer']}/")
        expect(page.locator(".sl-headline")).to_have_text("Waiting for the first span", timeout=60_000)
        page.evaluate("window.isTheSamePage = true")
        expect(page.get_by_role("tab")).to_have_count(7)
        sent(page)
        expect(page.locator(".sl-headline")).to_have_text("1 span received, the next build in a moment", timeout=30_000)
        arrived = page.locator(".sl-arrived")
        expect(arrived).to_have_text("It arrived: 1 call of gpt-4o-mini, $0.00060. Your first trace", timeout=BUILT_MS)
        assert page.evaluate("window.isTheSamePage")
        assert page.locator("[data-testid=stException]").count() == 0
        arrived.locator("a").click()
        expect(page).to_have_url(re.compile(r"/trace\?.*trace=[0-9a-f]{32}"))
        expect(page.locator(".sl-headline")).to_contain_text("$0.00060")
        browser.close()
