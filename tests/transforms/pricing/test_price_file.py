"""The user's price file: units, currencies, tiers, discounts, and the slips it refuses."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from transforms.pricing import overrides, prices
from transforms.pricing.currency import read_fx
from transforms.pricing.ledger import Text, UserFiles, ledger
from transforms.pricing.prices import PriceError, Rate

BASE = "provider,model,token_kind,valid_from,valid_to,source"
LISTED = prices.package_rates()
FX = read_fx("currency,date,usd_per_unit,source\nEUR,2026-10-01,1.16,ECB\nEUR,2026-11-01,1.20,ECB\n", "fx.csv")


def read(columns: str, *rows: str) -> list[Rate]:
    return overrides.read_overrides("\n".join([f"{BASE},{columns}", *rows, ""]), "prices.csv", LISTED, FX)


def only(rates: list[Rate], kind: str) -> Rate:
    (found,) = [rate for rate in rates if rate.token_kind == kind]
    return found


@pytest.mark.parametrize(
    ("kind", "price", "unit", "usd", "base"),
    [
        ("input", "2.5", "", "0.0000025", "token"),
        ("input", "2.5", "1M tokens", "0.0000025", "token"),
        ("input", "0.0025", "1K tokens", "0.0000025", "token"),
        ("input", "0.0000025", "token", "0.0000025", "token"),
        ("request", "0.005", "", "0.005", "request"),
        ("request", "5", "1K requests", "0.005", "request"),
        ("tool:web_search", "10", "1K calls", "0.01", "call"),
        ("tool:code_execution", "0.05", "hour", "0.05", "hour"),
        ("cache_storage", "4.5", "1M token hours", "0.0000045", "token_hour"),
    ],
)
def test_units_are_read_as_they_are_written(kind: str, price: str, unit: str, usd: str, base: str) -> None:
    rate = only(read("unit_price,unit", f"acme,m,{kind},,,deal,{price},{unit}"), kind)
    assert (rate.unit_price_usd, rate.unit, rate.rate_class) == (Decimal(usd), base, "contracted")


def test_a_price_in_euro_is_converted_at_the_rate_of_its_first_day() -> None:
    rate = only(read("unit_price,currency", "acme,m,input,2026-10-15,,deal,10,EUR"), "input")
    assert (rate.unit_price_usd, rate.currency, rate.unit_price) == (Decimal("0.0000116"), "EUR", Decimal("0.00001"))
    assert rate.source == "deal; EUR at 1.16 USD, ECB of 2026-10-01"


@pytest.mark.parametrize(
    ("columns", "row", "said"),
    [
        (
            "unit_price,currency",
            "acme,m,input,2026-09-01,,x,10,EUR",
            "currency is 'EUR': fx.csv has no rate for EUR on or before 2026-09-01",
        ),
        ("unit_price,currency", "acme,m,input,2026-10-01,,x,10,GBP", "currency is 'GBP': fx.csv has no rate for GBP"),
        ("unit_price,currency", "acme,m,input,,,x,10,EUR", "valid_from is empty: a price in EUR"),
        (
            "unit_price_usd_per_million,currency",
            "acme,m,input,2026-10-01,,x,10,EUR",
            "unit_price_usd_per_million is in US dollars and currency is 'EUR'",
        ),
    ],
)
def test_no_price_in_another_currency_passes_as_us_dollars(columns: str, row: str, said: str) -> None:
    """Euro prices stored as dollars, sixteen per cent too low."""
    with pytest.raises(PriceError) as caught:
        read(columns, row)
    assert f"prices.csv:2: {said}" in str(caught.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        # per million typed as per token: half a million times too dear
        ("acme,m,input,,,x,3,token", "unit_price is 3, 3 USD per token, outside 0.0000000001 to 0.005"),
        ("acme,m,input,,,x,3,token", "3 per 1M tokens or per 1K tokens would be inside"),
        # and the reverse
        ("acme,m,input,,,x,0.000003,1M tokens", "0.000003 per 1K tokens or per token would be inside"),
        # a thousandfold off, which no band for all models can see
        ("openai,gpt-4o,input,,,x,0.0025,1M tokens", "more than 100 times off the list price"),
        ("openai,gpt-4o,input,,,x,2.5,1K tokens", "more than 100 times off the list price"),
        ("acme,m,request,,,x,50,", "unit_price is 50, 50 USD per request, outside"),
        ("acme,m,input,,,x,3,request", "unit is 'request', expected for input one of 1M tokens, 1K tokens, token"),
        ("acme,m,inputs,,,x,3,", "token_kind is 'inputs'"),
        ("acme,m,input,,,x,3,,4", "the row goes on after unit"),
    ],
)
def test_slips_of_units_name_the_likely_reading(row: str, said: str) -> None:
    with pytest.raises(PriceError) as caught:
        read("unit_price,unit", row)
    assert str(caught.value).startswith("prices.csv:2: ")
    assert said in str(caught.value)


def test_a_provider_is_named_as_the_list_names_it() -> None:
    with pytest.raises(PriceError, match=r"prices\.csv:2: provider is 'gcp\.gemini'; .* call it 'google'"):
        read("unit_price", "gcp.gemini,gemini-2.5-flash,input,,,x,0.2")


def test_an_unknown_column_is_no_remark() -> None:
    with pytest.raises(PriceError, match=r"no such column 'regoin'; did you mean region\?"):
        read("unit_price,regoin", "acme,m,input,,,x,3,eu")


def test_one_price_a_row() -> None:
    with pytest.raises(PriceError, match=r"expected one of .*, got unit_price and discount_percent"):
        read("unit_price,discount_percent", "openai,gpt-4o,,,,x,3,10")


def test_tiers_regions_and_times_of_day() -> None:
    rates = read(
        "unit_price,service_tier,region,input_tokens_above,time_from,time_to,rate_class",
        "acme,m,input,,,x,3,batch,eu-west-1,200000,22:00,06:00,list",
    )
    night = [rate for rate in rates if rate.token_kind == "input"]
    assert [(rate.time_from, rate.time_to) for rate in night] == [(time(22), time.max), (time(0), time(6))]
    assert {(r.service_tier, r.region, r.input_tokens_above, r.rate_class) for r in night} == {
        ("batch", "eu-west-1", 200_000, "list")
    }


def test_a_context_tier_takes_what_it_leaves_out_from_below() -> None:
    rates = read(
        "unit_price,input_tokens_above", "acme,m,input,,,x,3,", "acme,m,output,,,x,15,", "acme,m,input,,,x,6,200000"
    )
    above = {rate.token_kind: rate.unit_price_usd * 1_000_000 for rate in rates if rate.input_tokens_above == 200_000}
    assert above == {"input": 6, "cache_read": 6, "cache_write": 6, "cache_write_1h": 6, "output": 15}


def test_a_discount_is_taken_off_every_list_rate_of_the_models() -> None:
    off = read("discount_percent", "openai,gpt-5;gpt-5-mini,,2026-10-20,,deal 7,15")
    assert {rate.price_model for rate in off} == {"gpt-5", "gpt-5-mini"}
    assert {rate.rate_class for rate in off} == {"contracted"}
    batch = [r for r in off if (r.price_model, r.service_tier, r.token_kind) == ("gpt-5", "batch", "input")]
    assert [rate.unit_price_usd for rate in batch] == [Decimal("0.625") / 1_000_000 * Decimal("0.85")]
    assert batch[0].source == "deal 7; 15 % off the list price"


def test_of_two_words_on_one_model_the_more_particular_holds() -> None:
    off = read(
        "unit_price,discount_percent",
        "openai,*,*,2026-10-20,,everything,,10",
        "openai,gpt-5,,2026-10-20,,named,,20",
        "openai,gpt-4o,input,2026-10-20,,priced,2,",
        "openai,gpt-4o,output,2026-10-20,,priced,8,",
    )
    standard = {
        (rate.price_model, rate.token_kind): rate.unit_price_usd * 1_000_000
        for rate in off
        if rate.service_tier == "standard" and rate.input_tokens_above == -1
    }
    assert standard["gpt-5", "input"] == 1  # 20 % off 1.25
    assert standard["gpt-5-mini", "input"] == Decimal("0.225")  # 10 % off 0.25
    assert standard["gpt-4o", "cache_read"] == 2  # a price is stated whole
    batch = [rate for rate in off if (rate.price_model, rate.service_tier) == ("gpt-4o", "batch")]
    assert only(batch, "input").unit_price_usd * 1_000_000 == Decimal("1.125")  # the price is of the standard tier


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("openai,gpt-5,,,,x,0.15", "discount_percent is 0.15: is it 15 per cent?"),
        ("openai,gpt-5,,,,x,-5", "discount_percent is -5, expected a number above 0, to 100"),
        ("openai,gpt-9,,,,x,15", "there is no list price of openai/gpt-9"),
        ("opneai,*,,,,x,15", "no list prices of provider 'opneai' to take a discount off; did you mean openai?"),
        ("openai,gpt-5;*,,,,x,15", "* stands alone"),
        ("openai,gpt-5,input,,,x,15", "a discount is contracted and for every kind"),
        ("openai,gpt-5,,,,x,15\nopenai,gpt-5,,2026-11-01,,y,20", "has two rates on 2026-11-01"),
    ],
)
def test_a_wrong_discount_is_refused(row: str, said: str) -> None:
    with pytest.raises(PriceError) as caught:
        read("discount_percent", row)
    assert said in str(caught.value)


def test_the_ledger_keeps_the_list_price_beside_the_contracted_one() -> None:
    text = f"{BASE},unit_price\nopenai,gpt-4o,input,2026-10-01,,deal,2\nopenai,gpt-4o,output,2026-10-01,,deal,8\n"
    rates = ledger(UserFiles(Text("prices.csv", text))).rates
    when = datetime(2026, 11, 1, tzinfo=UTC)
    now = {
        rate.rate_class: rate.unit_price_usd * 1_000_000
        for rate in rates
        if (rate.price_provider, rate.price_model, rate.token_kind) == ("openai", "gpt-4o", "input")
        and rate.service_tier == "standard"
        and rate.valid_from <= when < rate.valid_to
    }
    assert now == {"list": Decimal("2.5"), "contracted": 2}


def test_the_users_list_price_takes_the_place_of_the_packages() -> None:
    text = f"{BASE},unit_price,rate_class\nopenai,gpt-4o,input,2026-10-01,,seen,3,list\n"
    rates = ledger(UserFiles(Text("prices.csv", text))).rates
    inputs = [
        (rate.valid_from.year, rate.unit_price_usd * 1_000_000)
        for rate in rates
        if (rate.price_provider, rate.price_model, rate.token_kind) == ("openai", "gpt-4o", "input")
        and rate.service_tier == "standard"
    ]
    assert sorted(inputs) == [(1970, Decimal("2.5")), (2026, 3)]


def test_every_row_the_ledger_brings_along_is_sane_and_has_an_id_of_its_own() -> None:
    from transforms.pricing.units import is_sane

    rates = ledger(UserFiles()).rates
    assert [rate for rate in rates if not is_sane(rate.unit, rate.unit_price_usd)] == []
    assert len({rate.price_id for rate in rates}) == len(rates)
    assert prices.table(rates).num_rows == len(rates)


def test_two_rates_at_one_time_are_named_by_both_their_lines() -> None:
    with pytest.raises(PriceError, match=r"prices\.csv:3: acme/m input has two rates on 2026-11-01; .* prices\.csv:2,"):
        read("unit_price", "acme,m,input,2026-10-01,,deal,2", "acme,m,input,2026-11-01,,deal,3")


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("time_from,time_to", "22:00+02:00,23:00", "time_from is '22:00.02:00': it is in UTC, write HH:MM"),
        ("input_tokens_above", "9" * 22, "input_tokens_above is '9+', expected a whole number from 0 to 1000000"),
        ("input_tokens_above", "9" * 5000, "input_tokens_above is '9+', expected a whole number from 0 to 1000000"),
    ],
)
def test_what_could_only_be_kept_as_something_else_is_refused(column: str, value: str, complaint: str) -> None:
    with pytest.raises(PriceError, match=rf"prices\.csv:2: {complaint}"):
        read(f"unit_price,{column}", f"acme,m,input,,,deal,2,{value}")


@pytest.mark.parametrize("price", ["1e400", "1e-400"])
def test_a_number_of_hundreds_of_digits_is_none(price: str) -> None:
    with pytest.raises(PriceError, match=rf"prices\.csv:2: unit_price is '{price}', expected a number$"):
        read("unit_price", f"acme,m,input,,,deal,{price}")


def test_a_tier_is_known_however_it_is_capitalised() -> None:
    assert only(read("unit_price,service_tier", "acme,m,input,,,deal,2,Batch"), "input").service_tier == "batch"
