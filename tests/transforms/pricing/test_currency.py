"""Exchange rates: of the day or before it, and never made up."""

from datetime import date, timedelta
from decimal import Decimal
from time import process_time

import pytest

from transforms.pricing.currency import CurrencyError, Exchange, FxRate, read_fx

FX = """currency,date,usd_per_unit,source
EUR,2026-10-01,1.16,ECB
EUR,2026-11-01,1.20,ECB
JPY,2026-10-01,0.0066,ECB
"""


@pytest.mark.parametrize(
    ("day", "rate"), [("2026-10-01", "1.16"), ("2026-10-31", "1.16"), ("2026-11-01", "1.20"), ("2027-06-30", "1.20")]
)
def test_the_rate_of_a_day_is_the_latest_on_or_before_it(day: str, rate: str) -> None:
    assert read_fx(FX, "fx.csv").rate_on("EUR", date.fromisoformat(day)).usd_per_unit == Decimal(rate)


def test_us_dollars_need_no_rate() -> None:
    assert Exchange().rate_on("USD", date(2020, 1, 1)).usd_per_unit == 1


@pytest.mark.parametrize(
    ("currency", "day", "said"),
    [
        ("EUR", "2026-09-30", "fx.csv has no rate for EUR on or before 2026-09-30; its first is of 2026-10-01"),
        ("GBP", "2026-10-01", "fx.csv has no rate for GBP; it has EUR, JPY, USD"),
    ],
)
def test_an_absent_rate_is_said(currency: str, day: str, said: str) -> None:
    with pytest.raises(CurrencyError, match=said):
        read_fx(FX, "fx.csv").rate_on(currency, date.fromisoformat(day))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Euro,2026-10-01,1.16,ECB", "fx.csv:2: currency is 'Euro', expected a code of ISO 4217"),
        ("EUR,1.10.2026,1.16,ECB", "fx.csv:2: '1.10.2026' is not a date"),
        ("EUR,,1.16,ECB", "fx.csv:2: date is empty"),
        ("EUR,2026-10-01,,ECB", "fx.csv:2: usd_per_unit is ''"),
        ("EUR,2026-10-01,0,ECB", "fx.csv:2: usd_per_unit is 0, outside"),
        ("USD,2026-10-01,1.16,ECB", "fx.csv:2: a US dollar is 1 US dollar"),
        ("EUR,2026-10-01,1.16,", "fx.csv:2: source is empty"),
        ("EUR,2026-10-01,1.16,a\nEUR,2026-10-01,1.17,b", "fx.csv:3: EUR has a rate of 2026-10-01 already, in fx.csv:2"),
    ],
)
def test_a_wrong_rate_names_line_and_value(row: str, said: str) -> None:
    with pytest.raises(CurrencyError) as caught:
        read_fx(f"currency,date,usd_per_unit,source\n{row}\n", "fx.csv")
    assert said in str(caught.value)


def test_decades_of_rates_are_looked_up_as_fast_as_a_year_of_them() -> None:
    days = [date(1999, 1, 4) + timedelta(days=number) for number in range(9000)]
    many = Exchange(tuple(FxRate("EUR", day, Decimal(1), "ECB") for day in reversed(days)), "fx.csv")
    started = process_time()
    assert {many.rate_on("EUR", days[-1] + timedelta(days=number % 7)).day for number in range(20_000)} == {days[-1]}
    assert process_time() - started < 2
