"""Prices, the three costs of a call and what was published otherwise: the page says the warehouse's figures."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from app import figures, price_words
from app.views.call_costs import in_words
from tests.app.drawing import ask, page, text

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
KNOWN = "cost_usd IS NOT NULL AND is_usage_known"


def _row(*said: str) -> str:
    """A pattern of figures side by side."""
    return r"\s+".join(re.escape(figure) for figure in said)


@pytest.mark.parametrize("model", ["claude-opus-4-8", "gpt-5.2", "gemini-3-flash", "helios-large-2"])
def test_a_million_tokens_has_the_same_calls_above_and_below_the_line(
    model: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(page("prices", data, monkeypatch, period="all"))
    cost, tokens = (
        ask(data, f"SELECT sum({what}) FROM fct_calls WHERE model = '{model}' AND {KNOWN}")
        for what in ("cost_usd", "input_tokens + output_tokens")
    )
    assert re.search(
        rf"{model}\s+\w+\s+{re.escape(figures.money(cost))}\s+{re.escape(figures.money(cost * 10**6 / tokens))}\s",
        shown,
    )


def test_cache_is_in_the_denominator(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that reads nearly everything from the cache is cheap a token, not absurdly dear."""
    path = sample.publish(tmp_path, days=1)
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM fct_calls WHERE call_id <> 'call-0'")
        con.execute(
            "UPDATE fct_calls SET model = 'claude-haiku-4-5', input_tokens = 1000100, cached_input_tokens = 1000000, "
            "output_tokens = 0, cost_usd = 0.1001, cost_source = 'computed'"
        )
        sample.sum_quarters(con)
    shown = text(page("prices", tmp_path, monkeypatch))
    assert "A million tokens cost $0.10 " in shown
    assert "$0.10 for 1.0 M tokens" in shown
    assert "1,001" not in shown


def test_unpriced_models_are_listed_with_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("prices", data, monkeypatch, period="all")
    unpriced = ask(data, "SELECT count(*) FROM fct_calls WHERE cost_source = 'unpriced'")
    assert f"One model has no known price: {unpriced} calls" in text(test)
    header, *lines = test.code[0].value.splitlines()
    assert header == "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source"
    named = ["helios", "helios-large-2"]
    assert [line.split(",")[:4] for line in lines] == [[*named, "input", ""], [*named, "output", ""]]


def test_zero_absent_and_unpriced_are_three_states(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("prices", data, monkeypatch, period="all"))
    for source in ("provider", "computed", "client", "unpriced"):
        title, meaning = price_words.COST_SOURCES[source]
        calls = ask(data, f"SELECT count(*) FROM fct_calls WHERE cost_source = '{source}'")
        cost = ask(data, f"SELECT sum(cost_usd) FROM fct_calls WHERE cost_source = '{source}'")
        pattern = rf"{re.escape(title)}\s+{re.escape(meaning)}\s+{calls:,}\s+{re.escape(figures.money(cost))}\s"
        assert re.search(pattern, shown), source


def test_reported_against_computed_is_explained(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("prices", data, monkeypatch, period="all"))
    for model, reason in (
        ("gemini-3-flash", "by_a_factor"),
        ("claude-sonnet-4-5", "cache_at_full_price"),
        ("gpt-5.2-mini", "zero"),
    ):
        computed, reported = (
            ask(data, f"SELECT sum({name}) FROM fct_calls WHERE model = '{model}' AND reported_cost_usd IS NOT NULL")
            for name in ("computed_cost_usd", "reported_cost_usd")
        )
        said = _row(figures.money(computed), figures.money(reported), figures.signed_money(reported - computed))
        row = rf"{model}\s+\w+\s+\w+\s+[\d,]+\s+{said}"
        assert re.search(rf"{row}\s+(× 0\.900\. )?{re.escape(price_words.DIFFERENCES[reason])}", shown), model
    assert "100 % of what differs is explained" in shown


def test_a_difference_nobody_can_explain_is_not_explained(
    tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.publish(tmp_path, days=10)
    with duckdb.connect(str(path)) as con:
        con.execute(
            "UPDATE fct_calls SET reported_cost_kind = 'client', "
            "reported_cost_usd = computed_cost_usd * (1 + input_tokens % 7) WHERE model = 'claude-opus-4-8'"
        )
    shown = text(page("prices", tmp_path, monkeypatch, period="all", model="claude-opus-4-8"))
    assert price_words.DIFFERENCES["unexplained"] in shown
    assert "; 0 % of what differs is explained" in shown


def test_what_was_published_before_now_and_why(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("prices", data, monkeypatch, period="all"))
    change = ask(data, "SELECT sum(change_usd) FROM fct_restatements")
    assert f"Published figures of this period changed by {figures.signed_money(change)}" in shown
    for reason, model in (("price", "gpt-5.2"), ("late", "claude-opus-4-8")):
        old, new, changed = (
            ask(data, f"SELECT sum({name}_usd) FROM fct_restatements WHERE reason = '{reason}'")
            for name in ("old_cost", "new_cost", "change")
        )
        said = [figures.money(old), figures.money(new), figures.signed_money(changed)]
        title = price_words.RESTATEMENTS[reason][0]
        assert re.search(rf"{title}.*?{model}.*?{_row(*said)}", shown), reason


def test_one_model_with_both_clocks_and_its_days(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("prices", data, monkeypatch, period="all", of="openai/gpt-5.2"))
    assert "gpt-5.2: $1.575 / M tokens in, $12.60 / M tokens out" in shown
    assert re.search(r"\$1.75 / M tokens\s+list\s+always\s+since 2026-09-01 06:00", shown)
    assert "3 rates were known and are withdrawn" in shown
    assert re.search(
        r"\$1.7325 / M tokens\s+contracted\s+from 2026-09-01\s+since 2026-09-01 06:00\s+withdrawn 2026-11-18 09:30",
        shown,
    )
    spent = ask(data, "SELECT sum(contracted_cost_usd) FROM fct_call_charges WHERE price_model = 'gpt-5.2'")
    assert f"{figures.money(spent)} from" in shown
    days = "FROM fct_restatements WHERE model = 'gpt-5.2' AND date = '2026-11-10'"
    said = [figures.money(ask(data, f"SELECT sum({name}_cost_usd) {days}")) for name in ("old", "new")]
    assert re.search(rf"2026-11-10 .*?A rate changed\s+\d+\s+{_row(*said)}", shown)


def test_a_model_is_looked_up(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = page("prices", data, monkeypatch, of="openai/gpt-99")
    assert test.warning[0].value.startswith("No model openai/gpt-99 in the price list")
    found = next(one for one in test.selectbox if one.key != "filter_tz").select("anthropic/claude-opus-4-8").run()
    assert "claude-opus-4-8: $5.00 / M tokens in, $25.00 / M tokens out" in text(found)


def _panel(data: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> str:
    first = f"FROM fct_calls WHERE {where} ORDER BY call_id"
    trace, span = ask(data, f"SELECT trace_id {first}"), ask(data, f"SELECT span_id {first}")
    return text(page("trace", data, monkeypatch, trace=trace, span=span, org="acme"))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (
            "model = 'gemini-3-flash'",
            r"The provider billed \$[\d.]+ less than tokens × list price: the adjustment line",
        ),
        (
            "model = 'claude-sonnet-4-5'",
            r"The client reported \$[\d.]+ more than tokens × list price; the computed cost",
        ),
        ("model = 'gpt-5.2-mini' AND reported_cost_usd = 0", r"The client reported \$0.00, but tokens were used"),
        ("model = 'gpt-5.2'", r"Tokens × contracted price; nobody reported"),
        ("cost_source = 'client'", r"No price is known, so what the client reported counts: \$0.020"),
        ("cost_source = 'unpriced'", r"No price is known for helios-large-2: its cost is unknown, not zero"),
    ],
)
def test_the_three_costs_of_a_call_and_the_difference_in_words(
    where: str, said: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = _panel(data, monkeypatch, where)
    assert re.search(said, shown), shown
    for label, column in (("Computed", "computed_cost_usd"), ("Final", "cost_usd"), ("At list price", "list_cost_usd")):
        cost = ask(data, f"SELECT {column} FROM fct_calls WHERE {where} ORDER BY call_id")
        assert re.search(rf"{label}\s+{re.escape(figures.money(cost))}\s", shown), label


def test_the_lines_of_a_call_add_up_to_its_cost(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = "model = 'gemini-3-flash'"
    shown = _panel(data, monkeypatch, where)
    call = ask(data, f"SELECT call_id FROM fct_calls WHERE {where} ORDER BY call_id")
    for kind in ("input", "cache_read", "output", "adjustment"):
        line = f"FROM fct_call_charges WHERE call_id = '{call}' AND charge_kind = '{kind}'"
        cost = ask(data, f"SELECT effective_cost_usd {line}")
        title = price_words.CHARGE_KINDS[kind]
        assert re.search(rf"{title}[^−$]*(\$[\d.]+ / M tokens)?\s+{_row(figures.money(cost))}", shown), kind
    total = ask(data, f"SELECT sum(effective_cost_usd) FROM fct_call_charges WHERE call_id = '{call}'")
    assert total == ask(data, f"SELECT cost_usd FROM fct_calls WHERE call_id = '{call}'")
    assert re.search(rf"Sum, the call's cost\s+{re.escape(figures.money(total))}", shown)


def _call(**said: Any) -> dict[str, Any]:
    blank = dict.fromkeys(("computed_cost_usd", "reported_cost_usd", "reported_cost_kind", "charge_id", "usage_error"))
    return blank | {"cost_source": "computed", "model": "m"} | said


def test_words_for_costs_the_sample_does_not_have() -> None:
    ten_cents = {"computed_cost_usd": Decimal("1.10"), "reported_cost_usd": Decimal("1.00")}
    billed = _call(**ten_cents, reported_cost_kind="provider", cost_source="provider")
    assert in_words(billed, []) == "The provider billed $0.10 less than tokens × list price: the adjustment line."
    free = billed | {"reported_cost_usd": Decimal(0)}
    assert in_words(free, []).endswith("It reported 0, which stays 0: check it against the invoice.")
    assert "known zero" in in_words(_call(cost_source="response_cache"), [])
    assert in_words(_call(cost_source="usage unknown"), []).startswith("Neither token counts nor a cost were sent")
    assert "(cache above input)" in in_words(_call(cost_source="usage in error", usage_error="cache above input"), [])
    covered = _call(charge_id="seat-7", cost_source="covered", metered_cost_usd=Decimal("0.25"))
    assert in_words(covered, []).endswith("Metered it would cost $0.25.")


def test_an_empty_period_teaches_the_next_step(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = f"{date(2020, 1, 1)}..{date(2020, 1, 31)}"
    assert "No call in this period, so nothing was paid for" in text(page("prices", data, monkeypatch, period=days))


def test_nothing_reported_and_nothing_restated_is_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("prices", data, monkeypatch, period="all", model="claude-haiku-4-5"))
    assert "No call has both a reported and a computed cost" in shown
    assert "No published figure of this period has changed" in shown


def test_every_word_of_the_marts_is_explained() -> None:
    restated = (MODELS / "facts" / "int_restatements.sql").read_text()
    reasons = {word for pair in re.findall(r"then '([a-z ]+)'|else '([a-z ]+)'", restated) for word in pair if word}
    assert reasons == set(price_words.RESTATEMENTS), "say in app/price_words.py RESTATEMENTS what each reason means"
    priced = (MODELS / "intermediate" / "int_calls_priced.sql").read_text()
    charged = (MODELS / "intermediate" / "int_calls_charged.sql").read_text()
    block = priced[priced.index("when is_cache_hit then 'response_cache'") : priced.index("end as cost_source")]
    sources = set(re.findall(r"(?:then|else) '([a-z_ ]+)'", block)) | set(re.findall(r"then '(covered)'", charged))
    assert sources == set(price_words.COST_SOURCES), "say in app/price_words.py COST_SOURCES what each source means"
    macros = (MODELS.parent / "macros" / "prices.sql").read_text()
    lists = re.findall(r"macro (?:token|charge)_kinds\(\).*?\[([^\]]+)\]", macros, re.DOTALL)
    kinds = {kind for listed in lists for kind in re.findall(r"'(\w+)'", listed)} | {"adjustment", "reported"}
    assert kinds == set(price_words.CHARGE_KINDS), "say in app/price_words.py CHARGE_KINDS what each charge is called"
