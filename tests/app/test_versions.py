"""The pages on what a success costs: parts that add up, ranges and marks where due, verdicts in words."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from app import figures, questions, warehouse, words
from app.filters import Filters, as_parameters
from app.measures import BY_SOURCE, ends, interval, of_source, per_success
from tests.app.drawing import page, text


def test_versions_are_told_in_words(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("versions", data, monkeypatch, period="all"))
    assert "A success of code-review costs 1.60 × what it did, since prompt review went from v1 to v2" in shown
    assert "1 worse, 1 better, 2 can't tell yet" in shown
    assert "about 3,100 more tasks would tell" in shown
    assert "37 tasks tried both or others" in shown
    assert "15 of unknown outcome or cost left out" in shown
    assert "one task far above the rest" in shown


def test_a_version_that_never_succeeds_is_the_news(
    tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.publish(tmp_path, days=2)
    with duckdb.connect(str(path)) as con:
        con.execute(
            "UPDATE rpt_versions SET verdict = 'worse', ratio = NULL, ratio_low = NULL, ratio_high = NULL, "
            "tasks_after = 90, successes_after = 0, cost_per_success_after_usd = NULL, more_tasks = NULL "
            "WHERE workflow_id = 'invoice-extract'"
        )
    shown = text(page("versions", tmp_path, monkeypatch, period="all"))
    assert "No task of invoice-extract succeeds since prompt extract went from v3 to v4" in shown
    assert "none of 90 tasks succeeded" in shown


def test_a_build_without_second_versions_teaches_the_next_step(
    tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.publish(tmp_path, days=2)
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM rpt_versions")
    assert "tag prompts with spanledger.prompt.version" in text(page("versions", tmp_path, monkeypatch))


@pytest.mark.parametrize("by", ["step", "model"])
def test_what_steps_and_models_add_to_a_success_sums_to_the_whole(by: str, data: Path) -> None:
    with duckdb.connect(warehouse.current(data).path, read_only=True) as con:
        ask = {"of_source": "production", "by": by} | _everything()
        parts = con.execute(*_bound("task_parts", ask)).pl()
        (whole,) = (
            con.execute(*_bound("task_groups", ask | {"by": "traffic_source", "is_spread": False}))
            .pl()
            .iter_rows(named=True)
        )
    assert parts["cost_usd"].sum() == whole["cost_usd"] > 0
    assert parts["per_success_usd"].sum() == pytest.approx(float(whole["per_success_usd"]))


def test_a_giant_task_is_marked(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample.publish(tmp_path, days=3)
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE fct_tasks SET cost_usd = 900 WHERE task_id = (SELECT min(task_id) FROM fct_tasks "
                    "WHERE traffic_source = 'production' AND workflow_id = 'code-review')")  # fmt: skip
        sample.sum_quarters(con)
    test = page("tasks", tmp_path, monkeypatch, period="all")
    assert "likely too low: one task far above the rest" in text(test)
    bodies = " ".join(node.proto.body for node in test.main if node.type == "html")
    assert words.HEAVY_TAIL in bodies


def test_little_known_outcomes_make_a_range() -> None:
    row = {"tasks": 10, "successes": 6, "failures": 1, "unknown_outcomes": 3, "per_success_usd": Decimal(3),
           "bound_low_usd": Decimal(2), "ci_low_usd": 2.5, "ci_high_usd": 3.5, "is_heavy_tailed": False}  # fmt: skip
    assert per_success(row) == "$2.00 – $3.00"
    assert ends(row) == figures.UNKNOWN
    assert interval(row) == "outcome known for only 70 % of tasks"
    assert interval(row | {"failures": 4, "unknown_outcomes": 0}) == "95 %: $2.50 – $3.50"
    assert of_source([{**row, "traffic_source": "eval"}], "production") == {}
    assert BY_SOURCE["of_source"] is None


def _everything() -> dict[str, object]:
    """Parameters of a question over all days without a filter."""
    days = {"first": date(2026, 1, 1), "last": date(2026, 12, 31), "until_at": datetime(2026, 12, 31, tzinfo=UTC)}
    return days | as_parameters(Filters())


def _bound(name: str, parameters: dict[str, object]) -> tuple[str, dict[str, object]]:
    text_of = questions.sql(name)
    return text_of, {key: value for key, value in parameters.items() if f"${key}" in text_of}
