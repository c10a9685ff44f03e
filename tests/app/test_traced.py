"""Every figure on every page is the marts': each is traced to a question of the test's own, not to the page's."""

import shutil
from pathlib import Path

import duckdb
import pytest

from app.pages import PAGES
from tests.app.drawing import page, text
from tests.pages import tracing
from tests.pages.reading import Said, read

URLS = [entry.url for group in PAGES.values() for entry in group]
TRACED = Path(__file__).parent / "traced"
INTERVAL = "an interval that the build's own functions draw: tests/transforms/test_cost_ratio.py"
DECIDED = "worked out from typed figures and lists of machines: test_decide.py and tests/transforms/decisions"
LEVERS = "levers one after another: test_opportunities.py and tests/transforms/simulation"
EFFECTS = "effects, whose sum is the change: test_changes.py and the model's unit tests"
UNTRACED = {
    "tasks": {"95 %": INTERVAL},
    "changes": {
        **dict.fromkeys(["Elasticity", "In 30 days at constant volume"], "words around figures: test_changes.py"),
        **dict.fromkeys(["Volume", "Workflow mix", "Calls per run", "Retries"], EFFECTS),
        **dict.fromkeys(["Model mix", "Tokens per call", "Kinds of tokens", "Not measured"], EFFECTS),
    },
    "escalation": {"Dearer first": "bounds in words: test_pages.py"},
    "budgets": dict.fromkeys(["Ends in", "Remains"], "what is left, in words: test_budgets.py"),
    "estimate": dict.fromkeys(
        ["One task", "20 together", "Nearly surely", "Tasks", "10 %", "Median", "90 %", "Succeeded", "Left out"],
        "quantiles of past tasks: test_estimate.py and tests/transforms/test_estimates.py",
    ),
    "forecast": {"Month-end ranges that held": "in words: test_forecast.py"},
    "anomalies": dict.fromkeys(
        ["More than expected", "Usual", "Then", "Budget a run"], "a driver's own unit, in words: test_anomalies.py"
    ),
    "opportunities": dict.fromkeys(
        ["Calls", "Saves alone", "Alone", "In sequence", "Range", "Left", "With all levers", "Largest lever"], LEVERS
    ),
}
"""Figures without a question here, and where they are compared instead."""
OF_OTHERS = {**dict.fromkeys(["selfhost", "buildbuy", "economics"], DECIDED), "health": "counters and files, no marts"}
"""Pages whose figures are no marts'."""


@pytest.mark.parametrize("url", URLS)
def test_every_figure_is_the_marts(url: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page(url, data, monkeypatch, period="all")
    assert not test.error
    assert "Data until 2026-11-22 03:55 UTC" in text(test)
    said = read(test)
    shown = _figures(said)
    wrong, compared = _compared(url, "all", said, data)
    if (TRACED / f"{_name(url)} 30d.sql").exists():
        said = read(page(url, data, monkeypatch))
        shown |= _figures(said)
        more, of_days = _compared(url, "30d", said, data)
        wrong, compared = wrong + more, compared | of_days
    assert not wrong, "\n".join(wrong)
    if url not in OF_OTHERS:
        assert shown - compared == set(UNTRACED.get(url, {})), (
            "a figure needs a question in tests/app/traced, or a reason here"
        )


def test_every_figure_by_traffic_source_is_the_marts(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = read(page("tasks", data, monkeypatch, period="all", by="traffic_source"))
    wrong, compared = _compared("tasks", "by source", said, data)
    assert not wrong, "\n".join(wrong)
    assert {"Spend", "Cost per success", "Successes", "p50 · p95 task", "p95 latency"} <= compared


def _figures(said: Said) -> set[str]:
    """The labels of all figures of a page."""
    return {label for table in said.tables for label in table.numbers} | {card.label for card in said.cards}


def _compared(url: str, view: str, said: Said, data: Path) -> tuple[list[str], set[str]]:
    """Of one page beside the marts of ``data``; ``view``: of all days as it opens, else what the file's name adds."""
    file = TRACED / (f"{_name(url)}.sql" if view == "all" else f"{_name(url)} {view}.sql")
    return tracing.differences(said, tracing.answers(_warehouse(data), file)) if file.exists() else ([], set())


def _name(url: str) -> str:
    return url or "overview"


def _warehouse(data: Path) -> Path:
    return next((data / "builds").glob("*/warehouse.duckdb"))


FALSIFIED = {
    "fct_calls": ("cost_usd = cost_usd * 1.5", ["calls", "trace"]),
    "rpt_usage_quarter_hourly": ("cost_usd = cost_usd + 1", ["", "traffic", "waste"]),
    "rpt_calls_daily": ("cost_usd = cost_usd + 1", ["prices"]),
    "rpt_agent_loops": ("cost_usd = cost_usd + 1", ["loops"]),
    "rpt_versions": ("ratio_high = ratio_high + 1", ["versions"]),
    "rpt_forecast_month_end": ("p50_usd = p50_usd + 1", ["forecast"]),
}
"""Marts, what is falsified in one row of each, and the pages that show it."""


@pytest.fixture(scope="module")
def falsified(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same build with one wrong value in each of some marts."""
    copy = tmp_path_factory.mktemp("falsified") / "data"
    shutil.copytree(data, copy)
    with duckdb.connect(str(_warehouse(copy))) as con:
        for mart, (change, _) in FALSIFIED.items():
            most = "cost_usd" if mart == "fct_calls" else "-rowid"
            con.execute(f"UPDATE {mart} SET {change} WHERE rowid = (SELECT arg_max(rowid, {most}) FROM {mart})")
    return copy


@pytest.mark.parametrize("url", [url for _, urls in FALSIFIED.values() for url in urls])
def test_one_wrong_value_of_a_mart_is_seen(
    url: str, data: Path, falsified: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the page to show another value than the marts hold, the comparison above would say so."""
    said = read(page(url, falsified, monkeypatch, period="all"))
    assert _compared(url, "all", said, data)[0], "the page shows a wrong value and nobody notices"
