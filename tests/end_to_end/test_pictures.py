"""The pictures of docs/, written by a real browser from the simulated company: `make demo` once, then

    WRITE_PICTURES=data-demo .venv/bin/pytest tests/end_to_end/test_pictures.py

The first-run page is that of an empty installation on the usual ports, which must be free. tests/docs says whether
every picture is there, shown and small.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.collector.running import Collector, configuration
from tests.lake import open_warehouse
from tests.pages.browsing import chromium, opened, serving

ASKED = os.environ.get("WRITE_PICTURES", "")
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
COLOURS = 256

pytestmark = pytest.mark.skipif(not ASKED, reason="WRITE_PICTURES names no directory of a demo")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(Path(ASKED).absolute()) as address:
        yield address


def repeated() -> str:
    """The address of the trace with the most repeats, the first of equals."""
    with open_warehouse(Path(ASKED)) as warehouse:
        [(trace, organization)] = warehouse.execute(
            "select trace_id, any_value(organization) from fct_calls where spend_class = 'retry_duplicate' "
            "group by trace_id order by count(*) desc, trace_id limit 1"
        ).fetchall()
    return f"trace?period=all&trace={trace}&org={organization}"


def plain(image: Image.Image) -> Image.Image:
    """In the colours it has most of: surfaces and swatches keep theirs, edges of letters take the nearest."""
    found = sorted(image.getcolors(image.width * image.height) or (), reverse=True)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in found[:COLOURS] for part in colour])  # type: ignore[union-attr]
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def write(page: Page, name: str, height: int) -> None:
    """What the window shows, down to ``height`` pixels."""
    taken = page.screenshot(clip={"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height})  # type: ignore[index]
    with Image.open(BytesIO(taken)) as image:
        plain(image.convert("RGB")).save(PICTURES / name, optimize=True)
    page.context.close()


@pytest.mark.parametrize(
    ("name", "url", "look", "height"),
    [
        ("overview.png", "", "light", 900),
        ("waste.png", "waste?period=all", "light", 900),
        ("changes.png", "changes", "light", 900),
        ("forecast.png", "forecast", "dark", 900),
    ],
)
def test_pages_of_the_company(browser: Browser, address: str, name: str, url: str, look: str, height: int) -> None:
    page, _ = opened(browser, address, url, look)
    assert page.locator("[data-testid=stException]").count() == 0
    write(page, name, height)


def test_a_trace_with_repeats(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, repeated(), "light")
    write(page, "trace.png", 540)


def test_the_first_run(browser: Browser, tmp_path: Path) -> None:
    config = configuration(tmp_path, http_port=4318, grpc_port=4317)
    with Collector(config), serving(tmp_path) as address:
        page, _ = opened(browser, address, "", "light")
        page.get_by_role("tab", name="Python").click()
        page.get_by_text("A whole program: one task").wait_for()
        write(page, "first-run.png", 700)
