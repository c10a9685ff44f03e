"""What every page must hold, whatever it shows: drawn, as wide as the window, usable by everybody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "end_to_end" / "js" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


@dataclass(frozen=True)
class Excuse:
    """A rule that what ``selector`` finds may break, because it is not ours to change."""

    rule: str
    selector: str
    reason: str


_GROUPED = "Streamlit writes a navigation with headings as ul > div > li; a page can set neither its tags nor roles"
EXCUSED = (
    Excuse("list", "ul[data-testid=stSidebarNavItems]", _GROUPED),
    Excuse("listitem", "ul[data-testid=stSidebarNavItems] > div > li", _GROUPED),
)
ODD_LABEL = re.compile(r"^[^\w.]*0[kMBG]|^[−]?[$€£¥][\d,]*\.\d$|\dG$|\de[-+−]?\d|\.\d{7,}|NaN|undefined|null")
_STILL = """*, ::before, ::after { transition: none !important; animation: none !important; }
[data-stale] { opacity: 1 !important; }"""
"""Colours half way to where they go are no one's choice."""
_JUDGE = """async ([grave, excused]) => {
  const answer = await axe.run(document, {resultTypes: ['violations'], preload: false, elementRef: true});
  const said = (rule, node) => [rule.impact, rule.id, node.html, node.failureSummary].map(
    one => one.split(/\\s+/).join(' ').slice(0, 250)).join(' | ');
  const used = new Set(), found = [];
  for (const rule of answer.violations.filter(one => grave.includes(one.impact)))
    for (const node of rule.nodes) {
      const excuse = excused.findIndex(([id, where]) => id === rule.id && node.element?.matches(where));
      if (excuse >= 0) used.add(excuse);
      else found.push(said(rule, node));
    }
  return {found, used: [...used]};
}"""


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a page, a line each, and which excuses it needed."""

    faults: list[str]
    needed: set[Excuse]


def judged(page: Page, *, may_warn: bool = False) -> Verdict:
    """Look at a drawn page; with ``may_warn`` notices and errors that Streamlit frames are expected."""
    faults = [f"exception: {said}" for said in page.locator("[data-testid=stException]").all_inner_texts()]
    if not may_warn:
        faults += [
            f"notice: {' '.join(said.split())}" for said in page.locator("[data-testid=stAlert]").all_inner_texts()
        ]
    size = page.viewport_size
    assert size is not None
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > size["width"]:
        faults.append(f"scrolls sideways: {wide} pixels in a window of {size['width']}")
    faults += [f"axis label: {said}" for said in _odd_labels(page)]
    accessible = _axe(page)
    return Verdict(faults + accessible["found"], {EXCUSED[index] for index in accessible["used"]})


def _odd_labels(page: Page) -> list[str]:
    """Labels of charts' axes whose digits help nobody: `0M`, `$0.1`, `1G`, `2e-5`, `0.30000000000000004`, `NaN`."""
    said = page.locator("[data-testid=stVegaLiteChart] .role-axis-label text").all_text_contents()
    return sorted({one for one in said if ODD_LABEL.search(one)})


def _axe(page: Page) -> dict[str, Any]:
    """What axe-core finds grave and nothing excuses; it runs inside the page and asks nobody."""
    if not page.evaluate("typeof axe === 'object'"):
        assert AXE.exists(), "axe-core is not installed: run `make browser`"
        page.evaluate(AXE.read_text())
        page.add_style_tag(content=_STILL)
    answer: dict[str, Any] = page.evaluate(_JUDGE, [GRAVE, [(one.rule, one.selector) for one in EXCUSED]])
    return answer


def told(verdicts: Iterable[tuple[str, Verdict]]) -> str:
    """All faults with where they are, a line each; empty where there are none."""
    return "\n".join(f"{where}: {fault}" for where, verdict in verdicts for fault in verdict.faults)
