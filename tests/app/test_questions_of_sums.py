"""Questions that are answered from sums or in steps say what the plain words of `plain_questions` say of every call."""

import math
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app import filters, questions
from benchmarks.build_at_size import parameters_of
from transforms.read_only import open_read_only

PLAIN = Path(__file__).parent / "plain_questions"
NAMES = sorted(path.stem for path in PLAIN.glob("*.sql"))
CHOSEN: dict[str, dict[str, tuple[str, ...]]] = {
    "all": {},
    "environment": {"environment": ("staging",)},
    "team and project": {"team": ("support", filters.UNTAGGED), "project": ("assist", filters.UNTAGGED)},
    "workflow": {"workflow": ("code-review", "weekly-digest")},
    "model": {"model": ("gpt-5.2", "helios-large-2")},
    "source": {"source": ("eval", "unknown")},
    "feature": {"feature": ("review-bot", filters.UNTAGGED)},
    "nothing": {"workflow": ("code-review",), "team": ("legal",)},
}
WINDOWS = {
    "running": (date(2026, 10, 24), date(2026, 11, 22), datetime(2026, 11, 22, 4, tzinfo=UTC)),
    "cut": (date(2026, 9, 24), date(2026, 10, 23), datetime(2026, 10, 23, 3, 59, 59, 999999, tzinfo=UTC)),
    "one day": (date(2026, 11, 3), date(2026, 11, 3), datetime(2026, 11, 5, tzinfo=UTC)),
}
ASKED: dict[str, tuple[dict[str, Any], ...]] = {
    "attribution": tuple({"by": by} for by in ("team", "project", "cost_center", "feature", "customer")),
    "task_groups": (
        {"by": "team"},
        {"by": "traffic_source", "of_source": None},
        {"by": "task_date"},
        {"by": "task_date", "is_spread": False},
    ),
    "task_parts": ({"by": "step"}, {"by": "model"}),
    "past_tasks": ({}, {"of_step": "draft"}, {"for_workflow": "code-review", "for_model": "gpt-5.2"}),
    "past_task_list": ({"of_kept": 5}, {"of_kept": 5, "of_step": "draft"}),
    "model_charges": ({"price_provider": "openai", "price_model": "gpt-5.2"},),
}
"""What a question is asked beside the filters, where one way is not all."""


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_that_of_every_call(data: Path, name: str) -> None:
    [path] = (data / "builds").glob("*/warehouse.duckdb")
    plain = (PLAIN / f"{name}.sql").read_text()
    seen = 0
    with open_read_only(str(path)) as connection:
        known = parameters_of(connection)
        for chosen in CHOSEN.values():
            for tz in ("UTC", "Asia/Kolkata", "Pacific/Kiritimati", "America/Los_Angeles"):
                for first, last, until in WINDOWS.values():
                    given = known | filters.as_parameters(filters.Filters(chosen=chosen, tz=tz))
                    given |= {"first": first, "last": last, "until_at": until}
                    for more in ASKED.get(name, ({},)):
                        expected = _answer(connection, questions.scoped(plain), given | more)
                        found = _answer(connection, questions.asked(name, given | more), given | more)
                        assert _same(found, expected), (chosen, tz, first, more, found[:3], expected[:3])
                        seen += len(expected) - 1
    assert seen > len(CHOSEN)


def _answer(connection: duckdb.DuckDBPyConnection, text: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    answer = connection.execute(text, questions.bound(text, given, "the question"))
    return [tuple(column[0] for column in answer.description), *answer.fetchall()]


def _same(found: Any, expected: Any) -> bool:
    """Equal in type and value; of approximate numbers, but for the order of adding."""
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(_same, found, expected))
    return type(found) is type(expected) and bool(found == expected)
