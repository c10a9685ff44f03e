"""A newcomer's path: clone, one command, the first finding; then an installation of one's own and the first own span.

    python -m benchmarks.newcomer

Clones this repository (what is committed) into an empty folder and works there with an empty HOME, so that no cache
of a package manager helps. `make demo` is timed until it says its finding; then it is ended. `make up`, on free ports
and an empty data directory, is timed until the page waits for the first span; then the curl command that the page
shows is run, and timed until the same page, not loaded again, shows the first trace. CPU seconds are those of
everything started. Fails when the own span is shown later than the time between two builds: then it waited its turn.
"""

import argparse
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.measuring import children_cpu_s, end, say
from spanledger.settings import Settings
from tests.pages.browsing import chromium

ROOT = Path(__file__).parents[1]
WITHIN_S = 1200.0
POLL_S = 0.05
EXPLORER = re.compile(r"cost explorer +(http://\S+)")
FINDING = re.compile(r"^A successful production task costs .+$", re.MULTILINE)


class NotReachedError(Exception):
    """A step of the path did not come about."""


def main() -> None:
    """Walk the path."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory(prefix="newcomer-") as folder:
        home = Path(folder, "home")
        home.mkdir()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SPANLEDGER_")}
        environment |= {"HOME": str(home), "VIRTUAL_ENV": ""}
        environment |= {f"SPANLEDGER_{door}_PORT": "0" for door in ("GRPC", "HTTP", "APP")}
        say(f"machine: {os.cpu_count()} cores, {os.getloadavg()[0]:.1f} in its queue")
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", ROOT, "clone"], cwd=folder, env=environment, check=True)
        clone = Path(folder, "clone")
        say(f"cloned: {time.monotonic() - began:.1f} s")
        _demo(clone, environment, began)
        shown_s = _own_span(clone, environment)
    longest = Settings.model_fields["build_interval_s"].default
    broken = [f"the own span was shown after {shown_s:.0f} s, {longest:.0f} s is one wait"] if shown_s > longest else []
    end(broken)


def _demo(clone: Path, environment: dict[str, str], began: float) -> None:
    spent = children_cpu_s()
    with _running(["make", "demo"], clone, environment) as output:
        _until((clone / ".venv" / ".ready").exists, "the locked packages", output)
        say(f"packages installed, since the clone: {time.monotonic() - began:.1f} s")
        _until(lambda: FINDING.search(output.read_text()), "the demo's finding", output)
        say(f"the demo's first finding, since the clone: {time.monotonic() - began:.1f} s")
    say(f"CPU of both, and of the demo's end: {children_cpu_s() - spent:.0f} s")


def _own_span(clone: Path, environment: dict[str, str]) -> float:
    """Seconds from the sent span to its trace on the page."""
    spent, began = children_cpu_s(), time.monotonic()
    with _running(["make", "up"], clone, environment) as output, chromium() as browser:
        _until(lambda: "Ctrl-C ends" in output.read_text(), "make up", output)
        [address] = EXPLORER.findall(output.read_text())
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.get_by_text("Waiting for the first span").wait_for(timeout=WITHIN_S * 1000)
        say(f"an empty installation waits for the first span, since make up: {time.monotonic() - began:.1f} s")
        sent = time.monotonic()
        _send(page)
        page.get_by_text("the next build in a moment").wait_for(timeout=WITHIN_S * 1000)
        say(f"the page says it is received, since it was sent: {time.monotonic() - sent:.1f} s")
        page.locator(".sl-arrived").wait_for(timeout=WITHIN_S * 1000)
        shown_s = time.monotonic() - sent
        say(f"its trace is shown, since it was sent: {shown_s:.1f} s; since make up: {time.monotonic() - began:.1f} s")
    say(f"CPU of all of it: {children_cpu_s() - spent:.0f} s")
    return shown_s


def _send(page: Page) -> None:
    command = page.locator("pre", has_text="curl http").inner_text()
    subprocess.run(["bash", "-ec", command], check=True, capture_output=True, timeout=60)


@contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    """Run the command; yields the file of its output, and ends it with Ctrl-C."""
    path = folder.parent / "output.txt"
    with path.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, process_group=0
        )
    try:
        yield path
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(120)


def _until(condition: Callable[[], object], what: str, output: Path) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        if time.monotonic() > deadline:
            raise NotReachedError(f"no {what} after {WITHIN_S:g} s:\n{output.read_text()[-2000:]}")
        time.sleep(POLL_S)


if __name__ == "__main__":
    main()
