"""Every page is drawn on a real warehouse, and its figures are the warehouse's."""

import re
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from app import figures, words
from app.pages import PAGES
from app.palette import SPEND_CLASS, TRAFFIC_SOURCE
from tests.app.drawing import ask, page, text

URLS = [entry.url for group in PAGES.values() for entry in group]


def first(values: Any) -> Any:
    return values[0] if isinstance(values, list) else values


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("filters", [{"model": "gpt-5.2", "period": "7d"}, {"team": "(untagged)", "period": "all"}])
def test_each_page_takes_filters(
    url: str, filters: dict[str, str], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = page(url, data, monkeypatch, **filters)
    assert not test.error
    assert not test.warning
    assert filters.items() <= {name: first(test.query_params[name]) for name in test.query_params}.items()


def test_overview_says_the_warehouse_s_figures(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("", data, monkeypatch, period="all")
    shown = text(drawn)
    spend = ask(data, "SELECT sum(cost_usd) FROM fct_calls")
    per_success = ask(
        data,
        "SELECT sum(cost_usd) / count(*) FILTER (outcome = 'success') FROM fct_tasks "
        "WHERE traffic_source = 'production'",
    )
    production = ask(data, "SELECT sum(cost_usd) FROM fct_calls WHERE traffic_source = 'production'")
    assert f"{figures.money(spend)} spent" in shown
    assert f"{figures.share(production, spend)} of it was production" in shown
    assert f"A successful task cost at least {figures.money(per_success)}" in shown
    firing = ask(data, "SELECT count(*) FROM fct_alerts WHERE state = 'firing' AND muted_until IS NULL")
    assert firing == 1
    bodies = " ".join(node.proto.body for node in drawn.main if node.type == "html")
    assert '<a href="alerts?period=all" target="_self"><u>One alert fires: 1 critical.</u></a>' in bodies


def test_calls_that_no_filter_leaves_are_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("calls", data, monkeypatch, period="all", task="no-such"))
    assert "No call fits these filters" in shown
    assert "0 calls" not in shown


@pytest.mark.parametrize("by", ["team", "project", "cost_center", "feature", "customer"])
def test_attribution_sums_to_the_total(by: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("attribution", data, monkeypatch, period="all", by=by))
    column = {"customer": "customer_id"}.get(by, by)
    nobody = ask(data, f"SELECT sum(cost_usd) FROM fct_calls WHERE {column} IS NULL")
    assert f"The parts sum to {figures.money(ask(data, 'SELECT sum(cost_usd) FROM fct_calls'))}" in shown
    assert f"{figures.money(nobody)} is unattributed" in shown


@pytest.mark.parametrize(("url", "column"), [("traffic", "traffic_source"), ("waste", "spend_class")])
def test_splits_sum_to_the_total(url: str, column: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page(url, data, monkeypatch, period="all"))
    total = ask(data, "SELECT sum(cost_usd) FROM fct_calls")
    assert re.search(rf"All\s+{re.escape(figures.money(total))}\s+100 %", shown)
    for part in ask(data, f"SELECT list(DISTINCT {column}) FROM fct_calls"):
        usd = ask(data, f"SELECT sum(cost_usd) FROM fct_calls WHERE {column} = '{part}'")
        assert re.search(rf"{part.replace('_', ' ')}\s+{re.escape(figures.money(usd))}", shown), part


def test_calls_lead_to_a_trace_with_its_cost(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = page("calls", data, monkeypatch, class_="retry_duplicate", order="cost")
    bodies = " ".join(node.proto.body for node in listed.main if node.type == "html")
    link = re.search(r'href="trace\?([^"]+)"', bodies)
    assert link is not None
    trace, org, span = (re.findall(rf"{name}=([^&;]+)", unescape(link[1]))[0] for name in ("trace", "org", "span"))
    assert ask(data, f"SELECT spend_class FROM fct_calls WHERE span_id = '{span}'") == "retry_duplicate"
    shown = text(page("trace", data, monkeypatch, trace=trace, org=org, span=span))
    assert figures.money(ask(data, f"SELECT sum(cost_usd) FROM fct_calls WHERE trace_id = '{trace}'")) in shown
    spans = ask(data, f"SELECT count(*) FROM fct_spans WHERE trace_id = '{trace}'")
    assert f"{spans} spans" in shown


def test_a_bad_address_is_said_and_falls_back(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("", data, monkeypatch, period="yesterday", team="nobody")
    assert [warning.value.split(" in ")[0] for warning in test.warning] == [
        "The period “yesterday”",
        "No team called “nobody”",
    ]
    assert "period" not in test.query_params
    assert not test.run().warning, "the notice is said once, not for ever"


def test_an_unknown_trace_is_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page("trace", data, monkeypatch, trace="00").warning[0].value == "No trace 00 in this build."


def test_filters_without_a_call_teach_the_next_step(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in URLS:
        test = page(url, data, monkeypatch, period="2020-01-01..2020-01-31")
        assert not test.error, url


def test_a_broken_build_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "builds").mkdir()
    (tmp_path / "builds" / "CURRENT").write_text("gone")
    assert "spanledger doctor" in page("", tmp_path, monkeypatch).error[0].value


def test_an_empty_forecast_waits(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    sample.publish(tmp_path, days=1)
    assert "A forecast needs one full day of spend" in text(page("forecast", tmp_path, monkeypatch))


def test_markup_in_names_is_text(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample.publish(tmp_path, days=3)
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE fct_calls SET workflow_id = '<script>x</script>', step = '\"><b>y'")
        sample.sum_quarters(con)
        con.execute("UPDATE fct_spans SET name = '<img src=x onerror=z>'")
    for url in ("", "waste", "calls", "trace"):
        test = page(url, tmp_path, monkeypatch)
        bodies = " ".join(node.proto.body for node in test.main if node.type == "html")
        assert "<script" not in bodies
        assert "<b>y" not in bodies


def test_every_data_quality_check_is_explained() -> None:
    makers = ("dbt_project/models/marts/rpt_data_quality.sql", "spanledger/forecasting/sql/failures.sql")
    model = "".join((Path(__file__).parents[2] / maker).read_text() for maker in makers)
    checks = set(re.findall(r"environment,\s+'(\w+)'|null, '(\w+)'", model))
    named = {name for pair in checks for name in pair if name}
    assert named == set(words.CHECKS), "say in app/words.py CHECKS what each check means and what to do about it"


def test_every_class_and_source_is_explained_and_has_a_colour() -> None:
    assert set(words.SPEND_CLASSES) == set(SPEND_CLASS)
    assert set(words.TRAFFIC_SOURCES) == set(TRAFFIC_SOURCE)
    assert len(set(SPEND_CLASS.values())) == len(SPEND_CLASS)


def test_quality_shows_what_sampling_left_out_and_nowhere_else(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("quality", data, monkeypatch, period="all"))
    seen = ask(data, "SELECT sum(cost_usd) FROM fct_calls WHERE sampler IS NOT NULL")
    assert f"Sampled telemetry: {figures.money(seen)} arrived, of about {figures.money(4 * seen)}" in shown
    assert figures.money(4 * seen) not in text(page("", data, monkeypatch, period="all"))
    none = text(page("quality", data, monkeypatch, period="all", workflow="support-triage"))
    assert "Sampled telemetry" not in none


def test_escalation_says_what_was_sunk_and_which_policy_is_cheaper(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("escalation", data, monkeypatch, period="all"))
    sunk = ask(data, "SELECT sum(sunk_cost_usd) FROM rpt_escalation_chains")
    assert f"{figures.money(sunk)} went to cheaper models that were not kept" in shown
    assert "draft of code-review: asking gpt-5.2 first would cost less per success" in shown
    assert "$0.019 – no limit" in shown


def test_runaways_lead_to_their_trace(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("loops", data, monkeypatch, period="all")
    count, after = (
        ask(data, f"SELECT {what} FROM rpt_agent_loops WHERE is_runaway")
        for what in ("count(*)", "sum(cost_after_stop_usd)")
    )
    assert f"{count} loops ran away and cost {figures.money(after)} more" in text(drawn)
    dearest = ask(data, "SELECT arg_max(trace_id, cost_after_stop_usd) FROM rpt_agent_loops WHERE kind = 'agent'")
    bodies = unescape(" ".join(node.proto.body for node in drawn.main if node.type == "html"))
    assert f"trace={dearest}&org=acme&span=00f067aa0ba902b7" in bodies


def test_waste_says_what_idempotent_steps_would_save(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("waste", data, monkeypatch, period="all"))
    paid_again = "SELECT sum(cost_usd) FROM rpt_call_shapes WHERE paid_again"
    low, high = ask(data, f"{paid_again} = 'proven'"), ask(data, f"{paid_again} != 'no'")
    assert f"would have saved {figures.money(low)} to {figures.money(high)}" in shown
