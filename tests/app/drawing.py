"""Drawing a page without a browser, reading what it says, and asking the warehouse the same."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from altair.utils import schemapi
from streamlit.testing.v1 import AppTest

import app.charts.drawing  # noqa: F401  # it switches off what `page` switches on


def _script(url: str) -> None:
    from app.pages import PAGES
    from app.shell import draw

    draw(next(entry for group in PAGES.values() for entry in group if entry.url == url))


def page(url: str, data: Path, monkeypatch: pytest.MonkeyPatch, **params: str) -> AppTest:
    """The page drawn once, its charts checked; a trailing underscore keeps a parameter clear of Python's words."""
    monkeypatch.setenv("SPANLEDGER_DATA", str(data))
    monkeypatch.setattr(schemapi, "DEBUG_MODE", True)  # charts are held against Vega-Lite's schema
    test = AppTest.from_function(_script, kwargs={"url": url}, default_timeout=60)
    for name, value in params.items():
        test.query_params[name.rstrip("_")] = value
    test.run()
    assert not test.exception, test.exception[0].stack_trace
    return test


def text(test: AppTest) -> str:
    """What the page's own HTML says, without marks."""
    bodies = [node.proto.body for node in test.main if node.type == "html"]
    return unescape(re.sub(r"<[^>]+>", " ", " ".join(bodies)))


def ask(data: Path, question: str) -> Any:
    """The first value of the first row that the published build answers."""
    path = next((data / "builds").glob("*/warehouse.duckdb"))
    with duckdb.connect(str(path), read_only=True) as con:
        row = con.execute(question).fetchone()
    assert row is not None
    return row[0]
