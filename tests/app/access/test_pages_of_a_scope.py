"""Every page as a team's reader sees it: nothing on it comes of other teams' rows, not even a digit."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from app.access import reader
from app.pages import PAGES
from tests.app.access import planted
from tests.app.drawing import page

ENTRIES = [entry for group in PAGES.values() for entry in group]
MARK, OTHER_MARK = (mark.encode() for mark in planted.MARKS)
OF_TEAM = '[[scope]]\nemails = ["ada@example.com"]\norganization = "acme"\nteams = ["search"]\n'
OF_ALL = '[allow]\nemails = ["ada@example.com"]\n'


@pytest.fixture
def read_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the login file; Ada has logged in. (Logging in itself is tests/end_to_end/test_login.py's.)"""

    def write(text: str) -> None:
        (tmp_path / "login.toml").write_text(text)

    user = {"is_logged_in": True, "email": "ada@example.com", "email_verified": True, "iat": time.time()}
    monkeypatch.setenv(reader.FILE, str(tmp_path / "login.toml"))
    monkeypatch.setattr(reader, "claims", lambda: user)
    return write


def drawn(test: AppTest) -> list[bytes]:
    """All that the browser would be sent, element by element, and the address."""
    address = json.dumps({name: test.query_params[name] for name in sorted(test.query_params)})
    return [*_sent(test._tree), address.encode()]


def _sent(node: Block | Element) -> Iterator[bytes]:
    if isinstance(node, Block):
        for _, child in sorted(node.children.items()):
            yield from _sent(child)
    if (proto := getattr(node, "proto", None)) is not None:
        if "deferred_file_id" in proto.DESCRIPTOR.fields_by_name:
            proto.ClearField("deferred_file_id")  # chance, anew for each drawing
        yield proto.SerializeToString(deterministic=True)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.url or "overview")
def test_no_page_says_anything_of_others(
    entry: Any, builds: tuple[Path, Path], read_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_as(OF_TEAM)
    one, other = (drawn(page(entry.url, data, monkeypatch, period="all")) for data in builds)
    assert entry.is_of_whole or any(b"all of it of team search of organization acme" in sent for sent in one)
    assert not [sent for sent in one if MARK in sent]
    assert not [sent for sent in other if OTHER_MARK in sent]
    assert [ours for ours, theirs in zip(one, other, strict=False) if ours != theirs] == []
    assert len(one) == len(other) > (2 if entry.is_of_whole else 10)


def test_who_sees_everything_sees_the_marks(
    builds: tuple[Path, Path], read_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above looks for is there to be found."""
    read_as(OF_ALL)
    for url in ("", "tasks", "attribution", "budgets", "alerts", "anomalies", "calls"):
        assert any(MARK in sent for sent in drawn(page(url, builds[0], monkeypatch, period="all"))), url
