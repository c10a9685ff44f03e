"""A real browser opens the real app: every page, both themes, wide and narrow."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app import figures
from tests.lake import published
from tests.pages import rules
from tests.pages.browsing import LOOKS, URLS, chromium, followed, opened, serving, settled


@pytest.fixture(scope="module")
def sample() -> ModuleType:
    """The module that publishes sample builds, shared with the explorer's own tests."""
    path = Path(__file__).parents[1] / "app" / "sample_warehouse.py"
    spec = importlib.util.spec_from_file_location("sample_warehouse", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    directory = tmp_path_factory.mktemp("browser")
    sample.publish(directory)
    return directory


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with serving(data) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def test_every_page_in_the_dark_and_on_a_phone(browser: Browser, address: str, data: Path) -> None:
    """In the light and at this width `test_demo.py` looks at them, with the simulated company's figures."""
    page, strangers = opened(browser, address, "", "dark")
    looked: list[tuple[str, rules.Verdict]] = []
    for url in URLS:
        if url:
            followed(page, url)
        looked += _both_widths(page, url)
    for url in ("prices?of=openai/gpt-5.2", _dearest_call(data)):
        page.goto(f"{address}/{url}")
        settled(page)
        looked += _both_widths(page, url)
    assert not rules.told(looked), rules.told(looked)
    assert strangers == []
    page.context.close()


def _both_widths(page: Page, url: str) -> Iterator[tuple[str, rules.Verdict]]:
    yield f"{url or 'overview'}, dark", rules.judged(page)
    for look in ("narrow dark", "dark"):
        _, width, height = LOOKS[look]
        page.set_viewport_size({"width": width, "height": height})
        if look == "narrow dark":
            settled(page)
            yield f"{url or 'overview'}, {look}", rules.judged(page)


@pytest.mark.parametrize(("state", "said"), [("empty", "Nobody listens yet"), ("broken", "spanledger doctor")])
def test_pages_without_a_build_to_read(browser: Browser, address: str, data: Path, state: str, said: str) -> None:
    """Nothing published yet, and a build that is gone; all pages and looks: `benchmarks.soak_pages`."""
    current = data / "builds" / "CURRENT"
    before = current.read_text()
    current.write_text("gone") if state == "broken" else current.unlink()
    try:
        for look in ("light", "narrow dark"):
            page, strangers = opened(browser, address, "tasks", look)
            expect(page.locator("h1, [data-testid=stAlert]")).to_contain_text([said])
            faults = rules.judged(page, may_warn=True).faults
            assert not faults, faults
            assert strangers == []
            page.context.close()
    finally:
        current.write_text(before)


def _dearest_call(data: Path) -> str:
    """The address of the trace with the dearest call marked, so that its charges are drawn."""
    with duckdb.connect(str(published(data)), read_only=True) as con:
        ids = con.execute(
            "SELECT trace_id, span_id FROM fct_calls ORDER BY cost_usd DESC NULLS LAST LIMIT 1"
        ).fetchone()
    assert ids is not None
    return f"trace?trace={ids[0]}&span={ids[1]}&org=acme"


def test_by_keyboard_alone(browser: Browser, address: str) -> None:
    """Past the list of pages: periods, filters, a definition and a table's link; each shows that it has the focus."""
    page, _ = opened(browser, address, "waste", "light")
    _tab_to(page, "[data-testid=stSkipToContent]")
    page.keyboard.press("Enter")
    _tab_to(page, "[role=radio]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    _stands(page, "period", "90 days", "90d")
    settled(page)
    for _ in ("what to compare with", "whose days", "filters"):
        _tab_to(page, "[data-testid=stPopoverButton]")
    page.keyboard.press("Enter")
    _tab_to(page, "[role=combobox][aria-label*=Team]")
    page.keyboard.press("Escape")
    _tab_to(page, ".sl-tip")
    expect(page.locator(".sl-tip:focus > span")).to_be_visible()
    _tab_to(page, ".sl-grid a")
    goes = page.evaluate("new URL(document.activeElement.href).pathname")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(goes))
    page.context.close()


_SHOWS_FOCUS = """() => {
  const {outlineStyle, boxShadow} = getComputedStyle(document.activeElement);
  return outlineStyle !== 'none' || boxShadow !== 'none' || document.activeElement.matches('input');  // it has a caret
}"""


def _tab_to(page: Page, selector: str, presses: int = 80) -> None:
    """Press Tab until what the selector finds has the focus, and shows it."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("where => document.activeElement.matches(where)", selector):
            assert page.evaluate(_SHOWS_FOCUS), f"{selector}: nobody sees that it has the focus"
            return
    pytest.fail(f"{presses} times Tab do not reach {selector} on {page.url}")


def test_from_a_price_to_the_charges_of_a_call(browser: Browser, address: str) -> None:
    """Prices lead to a model's rates and to its calls, a call to its charges, these back to the rates."""
    page, _ = opened(browser, address, "prices?period=all", "light")
    page.locator(".sl-grid a", has_text="gemini-3-flash").first.click()
    expect(page.locator(".sl-headline")).to_have_text("gemini-3-flash: $0.50 / M tokens in, $3.00 / M tokens out")
    page.locator("a", has_text="All prices").click()
    page.locator(".sl-grid tr", has_text="gemini-3-flash").first.locator("a[href^=calls]").click()
    page.locator(".sl-grid a[href^=trace]").first.click()
    expect(page.locator(".sl-finding").first).to_contain_text("gemini-3-flash: $")
    expect(page.locator(".sl-grid tr", has_text="adjustment to the provider's bill")).to_contain_text("−$")
    page.locator(".sl-grid a[href^=prices]").first.click()
    expect(page.locator(".sl-headline")).to_contain_text("gemini-3-flash: $0.50 / M tokens in")
    page.context.close()


def test_the_overview_fits_one_screen(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, "", "light")
    page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    bottom = page.locator(".sl-footer").bounding_box()
    assert bottom is not None
    assert bottom["y"] + bottom["height"] <= 900
    page.context.close()


def test_from_a_figure_to_a_trace(browser: Browser, address: str, data: Path) -> None:
    """Total spend on the overview leads to its calls, a call to its trace; the figures agree with the warehouse."""
    path = published(data)
    with duckdb.connect(str(path), read_only=True) as con:
        total = con.execute("SELECT sum(cost_usd), count(*) FROM fct_calls").fetchone()
        dearest = con.execute(
            "SELECT span_id, trace_id FROM fct_calls ORDER BY cost_usd DESC NULLS LAST LIMIT 1"
        ).fetchone()
        assert total is not None
        assert dearest is not None
        spent = con.execute("SELECT sum(cost_usd) FROM fct_calls WHERE trace_id = ?", [dearest[1]]).fetchone()
    assert spent is not None
    page, _ = opened(browser, address, "?period=all", "light")
    card = page.locator("a.sl-card", has_text="Total spend")
    expect(card.locator(".value")).to_have_text(figures.money(total[0]))
    card.click()
    expect(page.locator(".sl-headline")).to_contain_text(f"{total[1]:,} calls, {figures.money(total[0])}")
    page.locator(".sl-grid a[href^=trace]").first.click()
    expect(page.locator(".sl-headline")).to_contain_text(figures.money(spent[0]))
    assert f"span={dearest[0]}" in page.url
    page.context.close()


def test_filters_stay_in_the_address_across_pages(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, "?period=7d&team=platform", "light")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Waste").click()
    expect(page).to_have_url(re.compile(r"/waste\?(?=.*period=7d)(?=.*team=platform)"))
    page.get_by_role("button", name="Team: platform").click()
    expect(page).to_have_url(re.compile(r"/waste\?period=7d$"))
    page.context.close()


def _luminance(colour: str) -> float:
    """Of `rgb(86, 180, 233)`, as WCAG 2 defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_what_is_chosen_of_many_can_be_read(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, "?team=platform", "dark")
    page.get_by_role("button", name="Filters · 1").click()
    chip = page.locator("[data-testid=stMultiSelect] [data-tag]")
    expect(chip).to_have_text("platform")
    lights = sorted(
        _luminance(chip.evaluate(f"chip => getComputedStyle(chip).{name}")) for name in ("color", "backgroundColor")
    )
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5
    page.context.close()


def test_a_cell_s_second_line_begins_where_the_first_does(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, "alerts", "light")
    page.add_style_tag(content=".sl-two { width: 46rem; }")
    starts = page.eval_on_selector_all(
        ".sl-grid td:not(.num) .sl-two",
        "cells => cells.map(cell => [...cell.children].map(line => line.getBoundingClientRect().left))",
    )
    assert [len(lines) for lines in starts].count(2) > 0
    assert all(len(set(lines)) <= 1 for lines in starts)
    page.context.close()


def test_the_way_back_undoes_filters(browser: Browser, address: str) -> None:
    """Down to the plain address, which is not written anew; another page keeps the filters."""
    page, _ = opened(browser, address, "traffic", "light")
    for label, period in (("7 days", "7d"), ("90 days", "90d")):
        _button(page, label).click()
        _stands(page, "period", label, period)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Waste").click()
    expect(page).to_have_url(re.compile(r"/waste\?period=90d$"))
    page.goto(f"{address}/traffic")
    for label, period in (("7 days", "7d"), ("90 days", "90d")):
        _button(page, label).click()
        _stands(page, "period", label, period)
    page.go_back()
    _stands(page, "period", "7 days", "7d")
    page.go_back()
    _stands(page, "period", "30 days", None)
    page.context.close()


CHANGED = {
    "calls": ("by", {"Model": "model", "Step": "step", "Traffic source": "source", "Workflow": None}),
    "tasks": ("by", {"Team": "team", "Step": "step", "Model": "model"}),
    "attribution": ("by", {"Feature": "feature", "Project": "project", "Customer": "customer"}),
    "changes": ("by", {"By workflow and model": "model", "By workflow": None}),
}
"""Buttons of a page in the order they are pressed, each with what the address says then of the choice."""


@pytest.mark.parametrize("url", CHANGED)
def test_each_change_of_a_choice_counts(browser: Browser, address: str, url: str) -> None:
    """Three in a row, then the way back, then the last as a link: the address, the button and the table agree."""
    name, buttons = CHANGED[url]
    period = "30d" if url == "changes" else "all"
    page, _ = opened(browser, address, f"{url}?period={period}", "light")
    for label, value in buttons.items():
        _button(page, label).click()
        _stands(page, name, label, value)
        if url in ("calls", "tasks"):
            expect(page.locator(".sl-grid th").first).to_have_text(re.compile(rf"^{label}"))
    before, last = list(buttons.items())[-2:]
    page.go_back()
    _stands(page, name, *before)
    page.goto(f"{address}/{url}?period={period}" + (f"&{name}={last[1]}" if last[1] else ""))
    _stands(page, name, *last)
    page.context.close()


def test_what_to_compare_with_and_whose_days(browser: Browser, address: str) -> None:
    """Both lists beside the period, on a phone: each change stands in the address, the way back undoes it, and the
    browser's own zone is offered."""
    page, _ = opened(browser, address, "traffic?period=7d", "narrow", "Asia/Kolkata")
    compared = page.locator(".st-key-compare_popover button").first
    expect(compared).to_have_text(re.compile("against 9 – 15 Nov"))
    compared.click()
    page.get_by_text("Four weeks earlier").click()
    expect(page).to_have_url(re.compile(r"compare=4w"))
    expect(compared).to_have_text(re.compile("against 19 – 25 Oct"))
    page.keyboard.press("Escape")
    page.locator(".st-key-zone_popover button").first.click()
    page.get_by_role("button", name="Use Asia/Kolkata, this browser’s").click()
    expect(page).to_have_url(re.compile(r"tz=Asia(/|%2F)Kolkata"))
    expect(page.locator(".sl-footer")).to_contain_text("Data until 2026-11-22 09:25 Asia/Kolkata")
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.go_back()
    expect(page.locator(".sl-footer")).to_contain_text("all times UTC")
    expect(compared).to_have_text(re.compile("against 19 – 25 Oct"))
    page.context.close()


def _button(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stButtonGroup").get_by_role("radio", name=label, exact=True)


def _stands(page: Page, name: str, label: str, value: str | None) -> None:
    expect(_button(page, label)).to_be_checked()
    wanted = re.compile(rf"[?&]{name}={value}(&|$)") if value else re.compile(rf"^(?!.*[?&]{name}=)")
    expect(page).to_have_url(wanted)


def test_an_unknown_choice_in_the_address_is_said(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, "calls?by=magic&order=newest", "light")
    expect(page.get_by_test_id("stAlert")).to_contain_text("“magic” in the address is none of workflow, model")
    _stands(page, "by", "Workflow", None)
    _stands(page, "order", "Newest first", "newest")
    page.context.close()


def test_a_new_build_appears_by_itself(browser: Browser, address: str, data: Path, sample: ModuleType) -> None:
    page, _ = opened(browser, address, "", "light")
    sample.publish(data, build_id="20261122T050000Z-next", days=40, seed=8)
    expect(page.locator(".sl-footer")).to_contain_text("20261122T050000Z-next", timeout=20_000)
    page.context.close()


def test_the_rows_of_a_section_are_taken_away_and_asked_again(browser: Browser, address: str, data: Path) -> None:
    """From the button beside a heading: its SQL, both files, and the same statement on the SQL page."""
    page, strangers = opened(browser, address, "waste?period=all", "narrow dark")
    heading = page.locator("[class*=st-key-section_]").filter(has_text="The most is lost in")
    heading.get_by_role("button", name="SQL").click()
    expect(page.locator("[data-testid=stPopoverBody] code")).to_contain_text("FROM scoped_calls")
    faults = rules.judged(page).faults
    assert not faults, faults
    taken = {label: _taken(page, label) for label in ("CSV", "Parquet")}
    csv, parquet = (
        duckdb.sql(f"FROM {reader}('{taken[label]}') ORDER BY ALL").fetchall()
        for label, reader in (("CSV", "read_csv"), ("Parquet", "read_parquet"))
    )
    wasted = duckdb.sql(f"SELECT sum(waste_usd) FROM read_parquet('{taken['Parquet']}')").fetchall()[0][0]
    with duckdb.connect(str(published(data)), read_only=True) as con:
        classes = "('failed_attempt', 'superseded_attempt', 'retry_duplicate')"
        told = con.execute(f"SELECT sum(cost_usd) FROM fct_calls WHERE spend_class IN {classes}").fetchall()[0][0]
    assert len(csv) == len(parquet) > 1
    assert wasted == told
    page.get_by_role("link", name="Open on the SQL page").click()
    settled(page)
    expect(page.locator("[data-testid=stMain]")).to_contain_text(f"{len(parquet)} rows")
    assert "FROM scoped_calls" in page.get_by_role("textbox", name="Statement").input_value()
    assert strangers == []
    page.context.close()


def _taken(page: Page, label: str) -> Path:
    with page.expect_download() as download:
        page.locator("[data-testid=stPopoverBody]").get_by_role("button", name=label).click()
    return download.value.path()


def test_a_chart_s_mark_leads_to_its_calls_and_so_does_the_table_below(browser: Browser, address: str) -> None:
    """The mouse finds the link in the picture, the keyboard the same one in the table."""
    page, _ = opened(browser, address, "attribution?period=all", "light")
    boxes = page.locator("[data-testid=stVegaLiteChart] .mark-rect.role-mark path")
    spent = page.locator("tr", has=page.get_by_role("link", name="contract-review", exact=True)).locator("td.num").first
    expect(spent).to_have_text(re.compile(r"^\$[\d,.]+$"))
    usd = str(spent.text_content())
    boxes.first.hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("spend")
    boxes.nth(boxes.count() - 1).click()
    page.wait_for_url("**/calls?**workflow=**")
    settled(page)
    page.go_back()
    settled(page)
    link = page.get_by_role("link", name="contract-review", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/calls?**workflow=contract-review**")
    settled(page)
    expect(page.locator(".sl-headline")).to_contain_text(usd)
    page.context.close()
