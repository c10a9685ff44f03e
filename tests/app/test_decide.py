"""Pages of decisions: the worked numbers of the product's description, and decisions on the build's own calls."""

import re
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from app import figures
from tests.app.drawing import ask, page, text

YEAR_ONE = "10M,12M,15M,18M,22M,26M,30M,34M,38M,42M,46M,50M"


@pytest.mark.parametrize(("output", "meets", "serves"), [("100", "65.9 M", "25.9 M"), ("500", "13.2 M", "5.2 M")])
def test_self_hosting_never_pays_at_a_low_price(
    output: str, meets: str, serves: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(page("selfhost", data, monkeypatch, load="typed", output=output, output_usd="0.85"))
    assert "Self-hosting never pays at" in shown
    for figure in ("$5,600", meets, serves, "$0.000085" if output == "100" else "$0.000425"):
        assert figure in shown, figure


def test_self_hosting_pays_at_a_high_price(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("selfhost", data, monkeypatch, load="typed", output_usd="30"))
    assert "Self-hosting pays from 373,333 requests a month on" in shown
    assert "$0.015 a request at the API" in shown
    assert "enough to pay" in shown


def test_a_day_at_both_prices(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"load": "typed", "input": "2000", "input_usd": "5", "output_usd": "30", "requests": "1M"}
    shown = text(page("selfhost", data, monkeypatch, **asked))
    assert "$0.025 a request at the API" in shown
    assert re.search(r"API at your volume .*?\$25,000", shown), "a million of them"


def test_own_calls_bring_their_own_lengths(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("selfhost", data, monkeypatch, period="all", model="gpt-5.2"))
    known = "model = 'gpt-5.2' AND output_tokens > 0 AND cost_usd IS NOT NULL AND date < '2026-11-22'"
    each = ask(data, f"SELECT (sum(cost_usd) / count(*))::DECIMAL(28, 12) FROM fct_calls WHERE {known}")
    assert f"{figures.exact_money(each.quantize(Decimal(1).scaleb(each.adjusted() - 3)))} a request" in shown
    assert "By your own hours" in shown
    assert "H100 80 GB" in shown


YOUNG = {"organization": "young", "workflow": "w"}


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    """The sample company and a tenant of four full days, a third of whose calls have no known cost."""
    data = tmp_path_factory.mktemp("young")
    path = sample.publish(data, days=3, per_day=2)
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute((Path(__file__).parents[1] / "spanledger" / "simulating" / "young_tenant.sql").read_text())
        sample.sum_quarters(connection)
    return data


def test_a_young_tenant_s_month_is_told_by_its_full_days(young: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """96 answered calls of four days at 10 cents are 720 and $72 a month; 288 of any kind are 2,160."""
    shown = text(page("selfhost", young, monkeypatch, **YOUNG, output_usd="30"))
    assert "4 full days brought to a month" in shown
    assert "at least $72.00 a month at the API now" in shown
    assert page("buildbuy", young, monkeypatch, **YOUNG).text_input[0].value == "2160"
    owned = text(page("buildbuy", young, monkeypatch, **YOUNG))
    assert "To own it costs $79.20 a month" in owned, "with the calls that nobody answered"


def test_calls_of_unknown_cost_leave_no_verdict(young: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("selfhost", young, monkeypatch, **YOUNG))
    assert "The cost of 96 calls is unknown: they are left out." in shown
    assert "no verdict" in shown
    assert "cost of 33 % of the calls unknown" in shown


def test_reading_the_prompt_takes_time(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 tokens in and 200 out: 1.3 M s a month ÷ (20,000 ÷ 10,000 + 200 ÷ 2,000) s."""
    asked = {"load": "typed", "input": "20000", "output": "200", "input_usd": "5", "output_usd": "30"}
    shown = text(page("selfhost", data, monkeypatch, **asked, prefill="10000"))
    assert "At its capacity of 617,143 requests" in shown


def test_no_answers_teach_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("selfhost", data, monkeypatch, model="gpt-5.2", workflow="invoice-extract"))
    assert "No call within these filters has both an answer and a cost" in shown


def test_build_or_buy(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("buildbuy", data, monkeypatch, requests=YEAR_ONE, price="0.0001"))
    assert "Buying costs $94,300 over 24 months, building $294,750" in shown
    assert "For 943 M requests" in shown
    assert "building scores 3.6, buying 3.3" in shown


def test_total_cost_of_ownership(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("buildbuy", data, monkeypatch, costs="example"))
    assert "To own it costs $80,000 a month: $48,000 direct, $25,000 indirect, $7,000 hidden" in shown


def test_own_model_calls_are_what_they_cost(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest day still runs: 29 days are brought to 30."""
    shown = text(page("buildbuy", data, monkeypatch, period="2026-10-24..2026-11-22"))
    spend = ask(data, "SELECT sum(cost_usd) * 30 / 29 FROM fct_calls WHERE date BETWEEN '2026-10-24' AND '2026-11-21'")
    [said] = re.findall(r"To own it costs (\S+) a month", shown)
    assert said == figures.money(spend)


@pytest.mark.parametrize(
    ("url", "name", "value", "complaint"),
    [
        ("selfhost", "speed", "fast", "Output tokens a second: 'fast' is no number"),
        ("selfhost", "use", "0", "utilisation is 0, expected a share above 0"),
        ("buildbuy", "months", "1.5", "Months: 1.5 is no whole number"),
        ("economics", "efficiency", "3%:1%", "A request gets cheaper: '3%:1%' is no change a month"),
    ],
)
def test_what_cannot_be_meant_is_said(
    url: str, name: str, value: str, complaint: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [error] = page(url, data, monkeypatch, **{name: value}).error
    assert complaint in error.value


def test_figures_and_choices_change_again_and_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("buildbuy", data, monkeypatch)
    for months in ("12", "18", "9"):
        next(one for one in drawn.text_input if one.label == "Months").set_value(months).run()
        assert f"over {months} months" in text(drawn)
    drawn = page("selfhost", data, monkeypatch)
    for load in ("typed", "own", "typed"):
        next(one for one in drawn.segmented_control if one.label == "Load").set_value(load).run()
        assert ("load" in drawn.query_params) == (load == "typed")


def test_without_revenue_the_page_teaches_the_file(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("economics", data, monkeypatch)
    assert "Revenue is not known" in text(test)
    assert any("SPANLEDGER_BUSINESS_FILE" in one.value for one in test.markdown)


def test_typed_figures_are_judged_and_turn(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"cost": "600", "revenue": "1000", "other_cost": "500", "requests": "6000", "active_users": "100"}
    rates = {"users_growth": "10%", "efficiency": "0%", "target": "0%"}
    shown = text(page("economics", data, monkeypatch, **asked, **rates))
    assert "The gross margin is −10 % and comes to 0 % in 3 months" in shown
    assert "60 %" in shown
    assert shown.count("concerning") >= 2


OCTOBER = """
INSERT INTO rpt_unit_economics BY NAME
SELECT
    DATE '2026-10-01' AS month, 'acme' AS organization, 'organization' AS scope_kind, true AS is_whole, 100 AS calls,
    $unknown AS unknown_cost_calls, 400 AS cost_usd, 1000 AS revenue_usd, 2000 AS requests,
    0.2 AS cost_per_request_usd, 0.4 AS ai_cost_ratio, 0.6 AS gross_margin
"""


def economics(folder: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch, unknown: int) -> str:
    """The page of an October of $400 for models and $1,000 earned, with so many of 100 calls of unknown cost."""
    with duckdb.connect(str(sample.publish(folder, days=2, per_day=1))) as connection:
        connection.execute(OCTOBER, {"unknown": unknown})
    return text(page("economics", folder, monkeypatch))


def test_months_of_the_table(sample: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = economics(tmp_path, sample, monkeypatch, unknown=0)
    assert "The gross margin is 60 % and" in shown
    assert "October 2026, the last whole month" in shown
    assert "Oct 2026" in shown
    assert "unknown" not in shown.partition("price known for")[0]


def test_a_month_of_unknown_costs_is_not_called_good(
    sample: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = economics(tmp_path, sample, monkeypatch, unknown=60)
    assert "The gross margin is at most 60 % and" in shown
    assert "at least 40 %" in shown
    assert shown.count("no verdict: cost of 60 % of calls unknown") == 2
    assert "The cost of 60 of its calls is unknown: all margins are at most what is shown." in shown
    assert "cost of 60 calls unknown" in shown
