"""docs/explorer.md names each choice of the pages as the address has it, the usual one first."""

import re
from pathlib import Path

import pytest

from app.filters import COMPARED, DEFAULT_COMPARE, DEFAULT_PERIOD, NAMES, PERIODS
from app.pages import PAGES
from app.views import attribution, calls, changes, estimate, tasks, versions

PAGE = (Path(__file__).parents[2] / "docs" / "explorer.md").read_text()
CHOICES = {
    ("calls", "by"): calls.GROUPS,
    ("calls", "order"): calls.ORDERS,
    ("tasks", "by"): tasks.TAGS | tasks.PARTS,
    ("versions", "kind"): versions.KINDS,
    ("changes", "by"): changes.LEVELS,
    ("attribution", "by"): attribution.TAGS,
    ("attribution", "view"): attribution.VIEWS,
}


def _rows() -> dict[tuple[str, str], str]:
    """What the page says of each choice, by page and name."""
    rows, page = {}, ""
    for line in PAGE.partition("## A page's own choices")[2].splitlines():
        if line.startswith("| ") and not line.startswith("| page"):
            first, names, says = (cell.strip() for cell in line.strip("|").split("|"))
            page = first.strip("`") or page
            rows |= {(page, name): says for name in re.findall(r"`([^`]+)`", names)}
    return rows


@pytest.mark.parametrize("choice", CHOICES)
def test_each_value_is_named_the_usual_one_first(choice: tuple[str, str]) -> None:
    assert re.findall(r"`([^`]+)`", _rows()[choice]) == list(CHOICES[choice])


def test_pages_and_filters_are_those_of_the_explorer() -> None:
    rows, urls = _rows(), {entry.url for group in PAGES.values() for entry in group}
    assert {page for page, _ in rows} <= urls
    assert {("estimate", f"for_{name}") for name in estimate.CHOICES} <= set(rows)
    for name in (*NAMES, *PERIODS, *COMPARED):
        assert f"`{name}`" in PAGE, name
    assert f"`{DEFAULT_PERIOD}` (usual)" in PAGE
    assert f"`{DEFAULT_COMPARE}` (usual)" in PAGE
    assert str(estimate.DEFAULT_TASKS) in rows["estimate", "tasks"]
    assert str(calls.PAGE_ROWS) in rows["calls", "page"]
