"""Every page as people open it, in both themes, wide and narrow, in each state a data directory can be in.

    python -m benchmarks.soak_pages --days 60 --scale 0.1

A simulated company is landed and built, then opened in a real Chromium: each page in the light and in the dark, at 1440
and at 390 pixels; on the company's build; on the same after a build that failed (a line above every page says so);
before the first build; and with a build that is gone. On the company's build the panel beside the first heading is
opened as well, and a call's trace and a model's rates are looked at, which only links lead to.

Exit code 1 when a page shows an exception or a notice nobody expects, scrolls sideways, breaks a rule of axe-core that
is serious or critical (`tests.pages.rules` says what is excused, and why), or asks another machine for anything.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from benchmarks.measuring import children_cpu_s, say
from sample_traces import company
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from tests.lake import land, open_warehouse
from tests.pages import rules
from tests.pages.browsing import DRAWN_MS, LOOKS, URLS, chromium, followed, opened, serving, settled

END = date(2026, 11, 1)
Looked = Iterator[tuple[str, rules.Verdict]]


def main() -> int:
    """Look at everything; 0 when every page held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--scale", type=float, default=0.1, help="1: the demo's company")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--only", nargs="+", choices=("company", *CHANGED), default=("company", *CHANGED))
    given = parser.parse_args()
    started, found, pages = time.monotonic(), list[str](), 0
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for state, data in states(Path(folder), given.days, given.scale, given.seed):
            if state not in given.only:
                continue
            with serving(data) as address:
                for look in LOOKS:
                    count, faults = looked_at(browser, address, data, state, look)
                    pages, found = pages + count, found + faults
                    say(f"{state}, {look}: {count} pages, {len(faults)} faults")
                    for fault in faults:
                        say(f"BROKEN: {fault}")
    say(f"{pages} pages, {time.monotonic() - started:,.0f} s, {children_cpu_s():,.0f} CPU s of ended processes")
    return 1 if found else 0


def states(folder: Path, days: int, scale: float, seed: int) -> Iterator[tuple[str, Path]]:
    """Each state's name and data directory, made when it is asked for."""
    built = folder / "company"
    history = company.simulate(seed, days=days, scale=scale, end=END)
    built.mkdir()
    company.write_prices(history, built / "prices.csv")
    land(company.requests(history), built)
    Builder(built, built / "lake", PriceFiles(built / "prices.csv")).build()
    yield "company", built
    for state, change in CHANGED.items():
        data = folder / state
        shutil.copytree(built, data)
        change(data)
        yield state, data


def _fail(data: Path) -> None:
    """As if the last build had failed, of a price file that cannot be read."""
    (data / "run").mkdir(exist_ok=True)
    told = {"looked_at_ns": time.time_ns(), "error": "prices.csv:2: expected a number", "pid": 1}
    (data / "run" / "builder.json").write_text(json.dumps(told))


CHANGED: dict[str, Callable[[Path], object]] = {
    "stale": _fail,
    "empty": lambda data: shutil.rmtree(data / "builds"),
    "broken": lambda data: (data / "builds" / "CURRENT").write_text("20260101T000000Z-gone\n"),
}


def looked_at(browser: Browser, address: str, data: Path, state: str, look: str) -> tuple[int, list[str]]:
    """How many pages were looked at, and what is wrong with them, a line each."""
    page, strangers = opened(browser, address, "", look)
    verdicts = []
    for url in URLS:
        if url:
            followed(page, url)
        verdicts.append((url or "overview", rules.judged(page, may_warn=state in ("empty", "broken"))))
        if state == "company":
            verdicts += _beyond(page, url)
    if state == "company":
        verdicts += _linked(page, address, data)
    page.context.close()
    faults = [f"{state}, {look}, {fault}" for fault in rules.told(verdicts).splitlines()]
    return len(verdicts), faults + [f"{state}, {look}: asked {url}" for url in strangers]


def _beyond(page: Page, url: str) -> Looked:
    """What the button beside the first heading opens."""
    button = page.locator("[class*=st-key-evidence_] button:visible").first
    if button.count():
        shown = page.locator("[data-testid=stPopoverBody]:visible")
        expect(shown, f"what the page before opened, on {url or 'overview'}").to_have_count(0)
        button.click()
        expect(shown, f"what the button of {url or 'overview'} opens").to_have_count(1, timeout=DRAWN_MS)
        settled(page)
        yield f"{url or 'overview'} with its evidence", rules.judged(page)
        page.keyboard.press("Escape")


def _linked(page: Page, address: str, data: Path) -> Looked:
    """Pages about one thing, which only links lead to."""
    with open_warehouse(data) as warehouse:
        [(trace, span, organization)] = warehouse.execute(
            "select trace_id, span_id, organization from fct_calls order by cost_usd desc nulls last limit 1"
        ).fetchall()
    for url in ("prices?of=openai/gpt-4o", f"trace?trace={trace}&span={span}&org={organization or ''}"):
        page.goto(f"{address}/{url}")
        settled(page)
        yield url.partition("&")[0], rules.judged(page)


if __name__ == "__main__":
    sys.exit(main())
