"""Another currency changes how money is written and nothing else: one rate for the page, stated, sums kept."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import currency, figures
from app.pages import PAGES
from tests.app.drawing import ask, page, text
from transforms.pricing.currency import FxRate

URLS = [entry.url for group in PAGES.values() for entry in group]
RATES = """currency,date,usd_per_unit,source
EUR,2026-11-20,1.25,ECB reference rate
EUR,2026-11-23,5,a day after the build
CHF,2026-11-23,1.1,a day after the build
"""
BUILT_ON = date(2026, 11, 22)
EURO = currency.Display(FxRate("EUR", date(2026, 11, 20), Decimal("1.25"), "ECB reference rate"))


@pytest.fixture
def rates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of exchange rates, and euros asked for."""
    path = tmp_path / "fx.csv"
    path.write_text(RATES)
    monkeypatch.setenv("SPANLEDGER_FX_FILE", str(path))
    monkeypatch.setenv("SPANLEDGER_CURRENCY", "EUR")
    return path


@pytest.fixture
def euros() -> Iterator[None]:
    """This thread's figures in euros of 1.25 dollars."""
    currency.show(EURO)
    yield
    currency.show(currency.US_DOLLARS)


@pytest.mark.usefixtures("euros")
def test_money_is_written_in_the_currency_and_kept_in_dollars() -> None:
    assert figures.money(Decimal("1.25")) == "€1.00"
    assert figures.money(Decimal("-3.5")) == "−€2.80"
    assert figures.signed_money(10) == "+€8.00"
    assert figures.unit_price(Decimal("0.0000025"), "token") == "€2.00 / M tokens"
    assert figures.exact_money(Decimal("1.25")) == "US$1.25", "what is stored is dollars"
    assert figures.money(None) == "–"
    assert figures.tokens(1250) == "1.3 k"


def test_a_currency_without_a_sign_of_its_own_is_written_as_its_code() -> None:
    francs = currency.Display(FxRate("CHF", BUILT_ON, Decimal("1.25"), "SNB"))
    assert francs.symbol == "CHF\u00a0"
    assert currency.US_DOLLARS.symbol == "$"


@given(
    st.lists(st.decimals(min_value="-90000", max_value="90000", places=12), min_size=1, max_size=30),
    st.decimals(min_value="0.0001", max_value="900", places=4),
)
def test_sums_add_up_at_one_rate(parts: list[Decimal], rate: Decimal) -> None:
    display = currency.Display(FxRate("EUR", BUILT_ON, rate, "a source"))
    summed = sum((display.converted(part) for part in parts), Decimal(0))
    assert abs(summed - display.converted(sum(parts, Decimal(0)))) <= Decimal("1e-12")


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize("url", URLS)
def test_every_page_shows_the_currency_and_its_rate_once(url: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page(url, data, monkeypatch, period="all")
    shown = text(test)
    assert not test.warning
    assert shown.count("shown in EUR at 1 EUR = US$1.25 of 20 Nov 2026 (ECB reference rate)") == 1
    assert "latest rate on or before the day of the build" in shown
    assert not re.search(r"(?<!US)\$\d", shown), "an amount that was not converted"


@pytest.mark.usefixtures("rates")
def test_the_overview_says_the_warehouse_s_dollars_in_euros(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spend = ask(data, "SELECT sum(cost_usd) FROM fct_calls")
    euros = figures.money(spend / Decimal("1.25")).replace("$", "€")
    assert f"{euros} spent" in text(page("", data, monkeypatch, period="all"))


@pytest.mark.usefixtures("rates")
def test_charts_count_in_the_currency(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chart: Any = page("", data, monkeypatch, period="all").get("vega_lite_chart")[0]
    spec = json.dumps(json.loads(chart.proto.spec), ensure_ascii=False)
    amounts = pa.ipc.open_stream(chart.proto.data.data).read_all().column("amount").to_pylist()
    spend = ask(data, "SELECT sum(cost_usd) FROM fct_calls")
    assert sum(amounts) == pytest.approx(float(spend / Decimal("1.25")))
    assert "'€'" in spec
    assert "$" not in re.sub(r'"\$schema"', "", spec)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("GBP", "fx.csv has no rate for GBP; it has CHF, EUR, USD"),
        ("CHF", "fx.csv has no rate for CHF on or before 2026-11-22; its first is of 2026-11-23"),
        ("euro", "fx.csv has no rate for euro"),
    ],
)
def test_a_currency_without_a_rate_is_said_and_dollars_shown(
    wanted: str, said: str, rates: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANLEDGER_CURRENCY", wanted)
    test = page("", data, monkeypatch, period="all")
    assert f"Figures are in US dollars: SPANLEDGER_CURRENCY is {wanted}, and {said}" in test.warning[0].value
    assert f"{figures.money(ask(data, 'SELECT sum(cost_usd) FROM fct_calls'))} spent" in text(test)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "SPANLEDGER_FX_FILE, the file of exchange rates, is not set"),
        ("currency,date,usd_per_unit\nEUR,2026-11-20,1.25\n", "fx.csv"),
        ("currency,date,usd_per_unit,source\nEUR,2026-11-20,nine,ECB\n", "fx.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(content: str | None, said: str, rates: Path) -> None:
    rates.write_text(content or "")
    environment = {"SPANLEDGER_CURRENCY": "EUR", "SPANLEDGER_FX_FILE": str(rates) if content else ""}
    display, problem = currency.chosen(environment, BUILT_ON)
    assert display == currency.US_DOLLARS
    assert said in problem


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    environment = {"SPANLEDGER_CURRENCY": "EUR", "SPANLEDGER_FX_FILE": str(tmp_path / "gone.csv")}
    assert "gone.csv cannot be read: No such file" in currency.chosen(environment, BUILT_ON)[1]


@pytest.mark.parametrize("environment", [{}, {"SPANLEDGER_CURRENCY": ""}, {"SPANLEDGER_CURRENCY": "USD"}])
def test_dollars_need_no_rate(environment: dict[str, str]) -> None:
    assert currency.chosen(environment, BUILT_ON) == (currency.US_DOLLARS, "")
