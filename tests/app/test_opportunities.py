"""The page Opportunities: what the last 30 days would have cost, the calls behind, what if, and figures as typed."""

import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qsl

import duckdb
import pytest

from app import figures, lever_words
from tests.app.drawing import ask, page, text
from transforms.simulation import kept
from transforms.simulation.levers import LEVERS
from transforms.simulation.sequence import Case, simulate

WORKED = {
    "load": "typed",
    "levers": "memoize,route,trim",
    "requests": "2M",
    "input": "2000",
    "output": "1000",
    "input_usd": "5",
    "output_usd": "30",
    "to_input_usd": "1",
    "to_output_usd": "5",
    "share_memoize": "25",
    "share_route": "60",
    "share_trim": "20",
}


def cases(data: Path) -> list[Case]:
    with duckdb.connect(str(next(data.glob("builds/*/warehouse.duckdb"))), read_only=True) as connection:
        rows = connection.execute("SELECT * FROM rpt_lever_usage").to_arrow_table().to_pylist()
    return list(kept.cases(rows))


def test_the_title_is_what_is_left_with_its_range(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("opportunities", data, monkeypatch))
    spend = ask(data, "SELECT sum(cost_usd) FROM fct_calls WHERE date > DATE '2026-11-22' - 30")
    result = simulate(cases(data), list(LEVERS))
    assert result.spend_usd == spend
    left = result.remaining_usd
    most, expected, least = (figures.money(usd) for usd in (left.high, left.expected, left.low))
    assert f"would have cost {expected} (range {most} to {least}) instead of {figures.money(spend)}" in shown
    assert "24 Oct to 22 Nov 2026" in shown


def test_each_opportunity_says_why_and_leads_to_its_calls(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("opportunities", data, monkeypatch)
    shown = text(drawn)
    top = "FROM rpt_opportunities WHERE kind = 'route' AND saving_usd IS NOT NULL ORDER BY saving_usd DESC LIMIT 1"
    assert ask(data, f"SELECT evidence {top}") in shown
    assert figures.money(ask(data, f"SELECT saving_usd {top}")) in shown
    assert lever_words.NO_VERDICT in shown
    bodies = " ".join(node.proto.body for node in drawn.main if node.type == "html")
    links = [dict(parse_qsl(unescape(link))) for link in re.findall(r'href="calls\?([^"]+)"', bodies)]
    to = ask(
        data, f"SELECT {{workflow: workflow_id, step: step, model: model, source: traffic_source, lever: kind}} {top}"
    )
    [link] = {tuple(sorted(link.items())) for link in links if to.items() <= link.items()}
    assert dict(link)["period"] == "2026-10-24..2026-11-22"
    listed = text(page("calls", data, monkeypatch, **dict(link)))
    calls, usd = (ask(data, f"SELECT {name} {top}") for name in ("calls", "cost_usd"))
    assert f"{calls:,} calls, {figures.money(usd)}" in listed, "these calls and no others"
    every = ask(data, f"SELECT count(*) FROM fct_calls AS calls, (SELECT * {top}) AS top WHERE calls.model = top.model")
    assert 0 < calls < every


def test_levers_and_shares_of_the_address_are_applied_in_their_order(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(page("opportunities", data, monkeypatch, levers="batch,route", share_route="50"))
    batch, route = simulate(cases(data), ["batch", "route"], {"route": Decimal("0.5")}).savings
    rows = [shown.index(LEVERS[name].title) for name in ("batch", "route")]
    assert rows == sorted(rows)
    for one in (batch, route):
        assert re.search(
            rf"{re.escape(LEVERS[one.lever].title)}\s+{one.calls:,}\s+{re.escape(figures.money(one.alone_usd))}\s+"
            rf"{re.escape(figures.money(one.usd.expected))}\s",
            shown,
        ), one
    assert LEVERS["memoize"].title not in shown


def test_typed_figures_reproduce_the_worked_numbers(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("opportunities", data, monkeypatch, **WORKED))
    assert "With these levers $28,740 of $80,000 a day are left, $51,260 (64.1 %) saved" in shown
    for lever, row in {
        "memoize": r"\$20,000\s+\$20,000\s+\$20,000\s+\$60,000",
        "route": r"\$39,600\s+\$29,700\s+\$29,700\s+\$30,300",
        "trim": r"\$4,000\s+\$1,560\s+\$1,560\s+\$28,740",
    }.items():
        assert re.search(rf"{LEVERS[lever].title}\s+2,000,000\s+{row}", shown), lever
    assert "Added up, each alone would save $63,600: $12,340 more than together" in shown


def test_typed_figures_begin_with_the_worked_ones(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("opportunities", data, monkeypatch, load="typed")
    assert "$28,740 of $80,000 a day are left" in text(drawn)
    assert set(drawn.query_params) == {"load"}
    drawn.slider[1].set_value(0).run()
    assert drawn.query_params["share_route"] in ("0", ["0"])
    assert "With these levers $57,000 of $80,000 a day are left" in text(drawn)
    drawn.slider[1].set_value(60).run()
    assert set(drawn.query_params) == {"load"}
    assert "$28,740 of $80,000 a day are left" in text(drawn)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("levers", "route,magic", "“magic” in the address"), ("share_route", "150", "“150” in the address")],
)
def test_what_an_address_cannot_mean_is_told(
    name: str, value: str, said: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = page("opportunities", data, monkeypatch, **{name: value})
    assert said in test.warning[0].value
    assert not test.error


def test_free_models_are_not_routed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [error] = page("opportunities", data, monkeypatch, load="typed", input_usd="0").error
    assert "what is free is not routed" in error.value


def test_days_there_are_are_said(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    sample.publish(tmp_path, days=5, per_day=4)
    shown = text(page("opportunities", tmp_path, monkeypatch))
    assert "the last 5 days would have cost" in shown
    assert "in the last 5 days" in shown
    assert "18 Nov to 22 Nov 2026" in shown
    assert ask(tmp_path, "SELECT min(first_date)::VARCHAR FROM rpt_opportunities") == "2026-11-18"


def test_without_a_lever_the_page_teaches(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample.publish(tmp_path, days=2, per_day=2)
    with duckdb.connect(str(path)) as connection:
        connection.execute("DELETE FROM rpt_opportunities; UPDATE rpt_lever_usage SET levers = []")
    shown = text(page("opportunities", tmp_path, monkeypatch))
    assert "No lever would have saved any of the $" in shown
    assert "identical requests repeat on one day" in shown
