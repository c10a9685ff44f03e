"""Exports that are read, and what is said of those that cannot be: file, line or key, column."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from transforms.invoices.anthropic_csv import model_id
from transforms.invoices.focus import METERS
from transforms.invoices.lines import Invoice, InvoiceError, Meaning
from transforms.invoices.meaning import read_meaning
from transforms.invoices.reading import NAMES, read_invoice
from transforms.yaml_lines import ConfigError

START = 1790812800  # 2026-10-01T00:00:00Z
MEANING = Meaning(provider="openai")


def read(text: str, meaning: Meaning = MEANING, form: str | None = None) -> Invoice:
    return read_invoice(text.encode(), "file", meaning, form)


def page(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"object": "page", "data": [{"object": "bucket", "start_time": START, "results": list(results)}], **more}


COST = {
    "object": "organization.costs.result",
    "amount": {"value": 0.06, "currency": "usd"},
    "line_item": "gpt-4o, input",
}
TOKENS = {"object": "organization.usage.completions.result", "model": "gpt-4o", "input_tokens": 5, "output_tokens": 2}
CLAUDE = {
    "data": [{"starting_at": "2026-10-01T00:00:00Z", "results": [{"model": "claude-opus-5", "output_tokens": 3}]}]
}
FOCUS = "ChargePeriodStart,ChargeCategory,BilledCost,ProviderName,SkuMeter,ConsumedUnit"
OPENAI_CSV = "start_time,amount_value,amount_currency,line_item"
CONSOLE = "usage_date_utc,model,token_type,cost_usd,cost_type"

REFUSED = [
    ("date,amount\n2026-10-01,1.5.0\n", "file:2: amount is '1.5.0', expected a number"),
    ("date,amount\n2026-10-01,NaN\n", "file:2: amount is 'NaN', expected a number"),
    ("date,amount\n01/10/2026,1\n", "file:2: date is '01/10/2026', expected a day such as 2026-10-31"),
    ("date,amount\n,1\n", "file:2: date is empty"),
    ("date,kind,amount\n2026-10-01,inptu,1\n", "file:2: kind is 'inptu', expected one of input, .*did you mean input"),
    ("date,amount\n2026-10-01,1,2\n", "file:2: the row goes on after amount"),
    ("date,amount\n2026-10-01\n", "file:2: the row ends before amount"),
    ("date,model\n2026-10-01,x\n", "file:1: no column holds the amount; say which does: --column amount=NAME, of date"),
    ("day,amount\n2026-10-01,1\n", "file:1: no column holds the date; say which does"),
    ("date,amount\n", "file: there is no line below the header"),
    ("", "file: there is no line below the header"),
    ('date,amount\n"2026', "file:1: not CSV: unexpected end of data"),
    (f"{FOCUS}\n2026-10-01T00:00:00Z,Usage,x,OpenAI,Input,Tokens\n", "file:2: BilledCost is 'x', expected a number"),
    (f"{FOCUS}\n2026-10-01T00:00:00Z,Usage,1,OpenAI,Foo,Tokens\n", "file:2: 'Foo' is no kind of token.*under kinds"),
    (f"{FOCUS}\n2026-10-01T00:00:00Z,,1,OpenAI,Input,Tokens\n", "file:2: ChargeCategory is empty"),
    (f"{OPENAI_CSV}\nsoon,1,usd,\n", "file:2: start_time is 'soon', expected a whole number from 0"),
    (f"{CONSOLE}\n2026-10-01,Claude Opus 5,thoughts,1,token\n", "file:2: token_type is 'thoughts', expected one of"),
    (f"{OPENAI_CSV}\n1790000000000,1,usd,\n", "file:2: start_time is 1790000000000, expected seconds since 1970"),
    ("date,amount\n9999-12-31,1\n", "file: its days reach from 9999-12-31 to 9999-12-31: is every year right"),
    ("date,amount\n2026-10-01,1\n2062-10-01,1\n", "file: its days reach from 2026-10-01 to 2062-10-01"),
    ("date,amount\n2026-10-01,1e13\n", "file:2: amount is 1E.13, beyond 1000000000000: is it the right column"),
    ("date,quantity\n2026-10-01,-1e19\n", "file:2: quantity is -1E.19, beyond 1000000000000000000"),
    ("date,amount\n2026-10-01,1e40\n", "file:2: amount is '1e40', expected a number"),
    ("{", "file:1: not JSON"),
    ('{"hello": 1}', "file: JSON of no form known here; there are openai-json, anthropic-json"),
    (
        json.dumps(page({**COST, "amount": {"value": "x"}})),
        r"file: data\[0\].results\[0\].amount.value: expected a num",
    ),
    (json.dumps(page({**COST, "amount": None})), r"file: data\[0\].results\[0\]: has no amount"),
    (json.dumps(page(COST, has_more=True)), "file: has_more: the last page says that there is more: fetch the pages"),
    (json.dumps(page({**TOKENS, "output_tokens": 1.5})), r"results\[0\].output_tokens: expected a whole number"),
    (json.dumps(page({**TOKENS, "input_cached_tokens": 6})), "input_cached_tokens 6 are more than the input_tokens 5"),
    (json.dumps(page(TOKENS)) + "\n{]", "file:2: not JSON"),
    (json.dumps(CLAUDE).replace("00Z", "00"), r"data\[0\].starting_at: '2026-10-01T00:00:00' has no time zone"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(InvoiceError, match=said):
        read(text)


def test_bytes_that_are_no_text_are_named() -> None:
    with pytest.raises(InvoiceError, match=r"file: not text in UTF-8 \(byte 1\)"):
        read_invoice(b"a\xff", "file", MEANING)
    with pytest.raises(InvoiceError, match="file: not a Parquet file that can be read"):
        read_invoice(b"PAR1 and no more", "file", MEANING)


def test_columns_are_named_by_the_user() -> None:
    text = "Day;no\n".replace(";no", ",Net,Meter,Tokens\n") + '2026-10-02,"1.10",Prompt,7\n'
    said = Meaning({"date": "Day", "amount": "Net", "kind": "Meter", "quantity": "Tokens"}, {"Prompt": "input"})
    (line,) = read(text.replace("\n\n", "\n"), said).lines
    assert (line.day, line.amount, line.kind, line.quantity) == (date(2026, 10, 2), Decimal("1.10"), "input", 7)
    with pytest.raises(InvoiceError, match="file:1: no column 'Nett' for amount; did you mean Net"):
        read(text.replace("\n\n", "\n"), Meaning({"date": "Day", "amount": "Nett"}))


def test_a_mapping_file_says_what_words_mean() -> None:
    text = "provider: mistral_ai\ncolumns: {date: Day}\nkinds: {Prompt: input}\nprojects: {p1: helpdesk}\n"
    said = read_meaning(text, "m.yaml")
    assert (said.provider, said.columns, said.kinds) == ("mistral_ai", {"date": "Day"}, {"Prompt": "input"})
    for wrong, problem in (
        ("kinds: {P: inptu}", "m.yaml:1: kinds.P: 'inptu' is none of"),
        ("colums: {}", "no such key"),
    ):
        with pytest.raises(ConfigError, match=problem):
            read_meaning(wrong, "m.yaml")


def test_a_line_item_that_is_no_meter_of_a_model_is_a_fee() -> None:
    items = ["gpt-4o-2024-08-06, cached input", "web search tool calls", "gpt-image-1, image input", "Promo"]
    results = [{**COST, "line_item": item, "quantity": 10, "quantity_unit": "tokens"} for item in items]
    said = read(json.dumps(page(*results)), Meaning(kinds={"Promo": "credit"}))
    assert [(line.model, line.kind, line.charge, line.quantity) for line in said.lines] == [
        ("gpt-4o-2024-08-06", "cache_read", None, 10),
        (None, None, "fee", None),
        (None, None, "fee", None),
        (None, None, "credit", None),
    ]


def test_costs_that_are_not_grouped_are_one_amount_a_day() -> None:
    (line,) = read(json.dumps(page({**COST, "line_item": None}))).lines
    assert (line.model, line.kind, line.charge, line.amount) == (None, None, None, Decimal("0.06"))


def test_cached_tokens_of_openai_are_part_of_its_input() -> None:
    lines = read(json.dumps(page({**TOKENS, "input_cached_tokens": 4}))).lines
    assert {line.kind: line.quantity for line in lines} == {"input": 1, "cache_read": 4, "output": 2}


def test_days_without_usage_belong_to_the_period() -> None:
    empty = {"object": "bucket", "start_time": START + 5 * 86400, "results": []}
    said = read(json.dumps({**page(TOKENS), "data": [*page(TOKENS)["data"], empty]}))
    assert (said.first, said.last) == (date(2026, 10, 1), date(2026, 10, 6))


def test_other_services_of_a_cloud_are_left_out_and_counted() -> None:
    text = f"{FOCUS}\n2026-10-01T00:00:00Z,Usage,1.5,OpenAI,Input,Tokens\n2026-10-01T00:00:00Z,Usage,9,AWS,Disk,GB\n"
    said = read(text)
    assert (len(said.lines), said.left_out) == (1, (1, Decimal(9)))


def test_units_of_a_cloud_are_counted_out() -> None:
    text = (
        "ChargePeriodStart,ChargeCategory,BilledCost,ServiceName,SkuMeter,PricingQuantity,PricingUnit,ContractedUnitPrice\n"
        "2026-10-01T00:00:00Z,Usage,0.6,Amazon Bedrock,Input,200,1K tokens,0.003\n"
    )
    (line,) = read(text).lines
    assert (line.provider, line.quantity, line.unit_price) == ("aws.bedrock", 200_000, Decimal("0.000003"))


def test_a_day_that_begins_in_the_evening_is_the_next_further_east() -> None:
    header = "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,BilledCost,ProviderName,SkuMeter"
    text = f"{header}\n2026-09-30T15:00:00Z,2026-10-01T15:00:00Z,Usage,1,OpenAI,Input\n"
    assert read(text).first == date(2026, 10, 1)


def test_rounding_is_told_by_the_digits_and_is_never_above_a_cent() -> None:
    assert read("date,amount\n2026-10-01,5\n").smallest_unit == Decimal("0.01")
    assert read("date,amount\n2026-10-01,5.10\n2026-10-02,0.0041000\n").smallest_unit == Decimal("0.0001")


def test_display_names_are_spelled_as_ids() -> None:
    names = {"Claude Haiku 4.5": "claude-haiku-4-5", "Claude Opus 5": "claude-opus-5", "Other": "Other"}
    assert {name: model_id(name) for name in names} == names


def test_every_format_can_be_asked_for_by_name() -> None:
    assert NAMES[-1] == "csv"
    assert len(set(METERS.values())) == len(METERS)
    with pytest.raises(InvoiceError, match="no column holds the date"):
        read(f"{OPENAI_CSV}\n{START},1,usd,\n", form="csv")
