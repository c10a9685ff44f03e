"""Who judged a task, on the pages: the word that holds, all that was said, what was published otherwise before."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.views import verdicts
from tests.app.drawing import ask, page, text

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ({"outcome": "unknown"}, "unknown"),
        ({"outcome": "pending", "pending_until": AT}, "pending until 2026-11-20 09:30 UTC"),
        (
            {"outcome": "success", "outcome_source": "task attribute", "outcome_at": AT},
            "success, says the application, 2026-11-20 09:30 UTC",
        ),
        (
            {"outcome": "failure", "outcome_source": "human", "outcome_by": "ann", "outcome_at": AT},
            "failure, says ann (a person), 2026-11-20 09:30 UTC",
        ),
    ],
)
def test_the_word_that_holds_in_a_sentence(task: dict[str, Any], expected: str) -> None:
    silent = dict.fromkeys(("outcome_source", "outcome_by", "outcome_at", "pending_until"))
    assert verdicts.sentence(silent | task) == expected


def test_a_trace_shows_every_word_about_its_task(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = ask(data, "SELECT task_id FROM fct_tasks WHERE outcome_by = 'ann'")
    trace = ask(data, f"SELECT any_value(trace_id) FROM fct_calls WHERE task_id = '{task}'")
    shown = text(page("trace", data, monkeypatch, trace=trace))
    assert "failure, says ann (a person), " in shown
    assert "the answer was wrong" in shown
    assert "relevance · 0.75 (rule quality)" in shown
    assert re.search(r"failure\s+· holds", shown)


def test_tasks_show_what_was_published_otherwise(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("tasks", data, monkeypatch))
    assert "Published outcomes that changed: 1" in shown
    assert "judged later" in shown
