"""A page's own choices: each change counts, the address says it, a link sets it, and what it cannot mean is said."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import choices
from tests.app.drawing import page, text

BUTTONS = {
    ("calls", "by"): ["model", "step", "workflow", "source"],
    ("calls", "order"): ["newest", "slowest", "cost"],
    ("changes", "by"): ["model", "workflow", "model"],
    ("attribution", "by"): ["feature", "customer", "project", "team"],
    ("attribution", "view"): ["full", "split", "full"],
    ("traffic", "view"): ["money", "share", "money"],
    ("versions", "kind"): ["model", "prompt", "code", "all"],
    ("tasks", "by"): ["step", "model", "team", "workflow_id"],
    ("selfhost", "load"): ["typed", "own", "typed"],
}
LISTS = {
    ("estimate", "for_workflow"): ["code-review", "", "code-review"],
    ("changes", "trend"): [],
}
"""What is chosen in turn; where nothing is said, the last, the first and the second of the list."""


def _widget(test: AppTest, name: str) -> Any:
    [found] = [
        one for one in (*test.segmented_control, *test.selectbox, *test.multiselect, *test.number_input)
        if str(one.key).startswith(f"choice {name}: ")
    ]  # fmt: skip
    return found


def _said(test: AppTest, name: str) -> str | None:
    value = test.query_params.get(name)
    return value[-1] if isinstance(value, list) else value


@pytest.mark.parametrize(("url", "name"), [*BUTTONS, *LISTS])
def test_each_change_of_several_counts(url: str, name: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page(url, data, monkeypatch, period="30d" if url == "changes" else "all")
    default, offered = _widget(test, name).value, _widget(test, name).options
    for value in (BUTTONS | LISTS)[url, name] or [offered[-1], offered[0], offered[1 % len(offered)]]:
        _widget(test, name).set_value(value).run()
        assert not test.exception
        assert _widget(test, name).value == value
        assert _said(test, name) == (None if value == default else value)


def test_a_link_sets_the_choice_also_where_another_was_made(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("calls", data, monkeypatch, by="model")
    assert _widget(test, "by").value == "model"
    _widget(test, "by").set_value("step").run()
    test.query_params["by"] = "class"
    test.run()
    assert (_widget(test, "by").value, _said(test, "by")) == ("class", "class")
    del test.query_params["by"]
    test.run()
    assert _widget(test, "by").value == "workflow"


@pytest.mark.parametrize(
    ("url", "name", "value", "complaint"),
    [
        ("calls", "by", "magic", "Group by: “magic” in the address is none of workflow, model, step, class, source; "),
        ("estimate", "tasks", "-3", "“-3” in the address is no whole number from 1 to "),
        ("estimate", "tasks", "9" * 5000, "in the address is no whole number"),
        ("changes", "trend", "$x^2$", "“\\$x^2\\$” in the address is none of"),
        ("opportunities", "share_route", "150", "“150” in the address is no whole percentage"),
        ("opportunities", "levers", "route,magic", "“magic” in the address is none of"),
    ],
)
def test_what_the_address_cannot_mean_is_said_once(
    url: str, name: str, value: str, complaint: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = page(url, data, monkeypatch, period="all", **{name: value})
    assert [one.value for one in test.warning if complaint in one.value], [one.value for one in test.warning]
    test.run()
    assert not [one.value for one in test.warning if complaint in one.value]
    assert _said(test, name) in (None, "route")


def test_no_choice_takes_the_name_of_a_filter() -> None:
    with pytest.raises(ValueError, match="“run” is a filter's name"):
        choices.one_of("run", "Run", {"a": "A"})


def test_another_order_begins_at_the_first_page(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("calls", data, monkeypatch, period="all", page_="3")
    assert "Calls 101 to 150 of" in text(test)
    _widget(test, "order").set_value("newest").run()
    assert "Calls 1 to 50 of" in text(test)
    assert _said(test, "page") is None


def test_other_filters_begin_at_the_first_page_and_a_link_does_not(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("calls", data, monkeypatch, period="90d", page="3")
    next(one for one in test.segmented_control if one.key == "filter_period").set_value("all").run()
    assert "Calls 1 to 50 of" in text(test)
    test.query_params.update({"period": "90d", "page": "2"})
    test.run()
    assert "Calls 51 to 100 of" in text(test)
