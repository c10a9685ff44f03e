"""`spanledger prices check` and `set`: what is wrong with the user's files, and a price added with its consequences."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from spanledger.cli import main
from spanledger.doctor.prices import prices
from spanledger.prices.price_editing import with_row
from spanledger.settings import Settings, SettingsError, load_settings

HEADER = "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source\n"
PRICE = ("openai", "gpt-4o", "input", "--price", "2.10", "--valid-from", "2026-10-01", "--source", "contract 7")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPANLEDGER_PRICES_FILE", str(tmp_path / "prices.csv"))
    return tmp_path / "prices.csv"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ("prices", *arguments))


def test_a_price_is_shown_before_it_is_written(file: Path) -> None:
    shown = run("set", *PRICE)
    assert shown.exit_code == 0, shown.output
    assert "openai/gpt-4o input: 2.5 USD per 1M tokens, list → 2.1 USD per 1M tokens, contracted, from 2026-10-01" in (
        shown.output
    )
    assert "note: openai/gpt-4o (standard) has a price of input and none of output from 2026-10-01 on" in shown.output
    assert "add --yes to write it" in shown.output
    assert not file.exists()


def test_a_new_price_ends_the_open_one_and_adds_the_columns_it_needs(file: Path) -> None:
    file.write_text(f"{HEADER}openai,gpt-4o,input,2.10,2026-10-01,,contract 7\nacme,m,input,1,,,x\n")
    written = run(
        "set", *PRICE[:3], "--price", "1.80", "--currency", "USD", *PRICE[5:6], "2026-11-01", *PRICE[7:], "--yes"
    )
    assert written.exit_code == 0, written.output
    assert (
        "openai/gpt-4o input: still 2.1 USD per 1M tokens, contracted, from 2026-10-01 to 2026-11-01" in written.output
    )
    assert file.read_text().splitlines() == [
        f"{HEADER.strip()},unit_price,currency",
        "openai,gpt-4o,input,2.10,2026-10-01,2026-11-01,contract 7,,",
        "acme,m,input,1,,,x,,",
        "openai,gpt-4o,input,,2026-11-01,,contract 7,1.80,USD",
    ]


def test_a_price_for_the_same_days_is_corrected(file: Path) -> None:
    file.write_text(f"{HEADER}openai,gpt-4o,input,21,2026-10-01,,contract 7\n")
    written = run("set", *PRICE, "--yes")
    assert written.exit_code == 0, written.output
    change = (
        "openai/gpt-4o input: 21 USD per 1M tokens, contracted → 2.1 USD per 1M tokens, contracted, from 2026-10-01"
    )
    assert change in written.output
    assert len(file.read_text().splitlines()) == 2
    assert run("check").exit_code == 0


def test_a_discount_is_set_for_a_provider(file: Path) -> None:
    written = run("set", "anthropic", "*", "*", "--discount-percent", "15", *PRICE[5:], "--yes")
    assert written.exit_code == 0, written.output
    assert "anthropic/claude-opus-5 input: 5 USD per 1M tokens, list → 4.25 USD per 1M tokens" in written.output
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*PRICE[:3], "--price", "0.0000021", *PRICE[5:]), "0.0000021 per 1K tokens or per token would be inside"),
        ((*PRICE[:3], *PRICE[5:]), "prices.csv:2: expected one of unit_price_usd_per_million, unit_price"),
        ((*PRICE[:2], "inputs", *PRICE[3:]), "token_kind is 'inputs'"),
    ],
)
def test_a_price_that_cannot_be_meant_is_not_written(file: Path, arguments: tuple[str, ...], said: str) -> None:
    refused = run("set", *arguments, "--yes")
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not file.exists()


def test_set_needs_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run("set", *PRICE)
    assert (refused.exit_code, "no price file is set" in refused.stderr) == (2, True)


def test_check_names_what_is_wrong(file: Path) -> None:
    file.write_text(f"{HEADER}openai,gpt-4o,input,cheap,,,x\n")
    checked = run("check")
    assert checked.exit_code == 1
    assert "fault  prices: prices.csv:2: unit_price_usd_per_million is 'cheap', expected a number" in checked.output


def said(settings: Settings, today: date) -> list[str]:
    return [finding.line for finding in prices(settings, today)]


def test_check_tells_of_ended_contracts_and_of_age(file: Path) -> None:
    file.write_text(f"{HEADER}openai,gpt-4o,input,2,,2026-06-01,x\nopenai,gpt-4o,output,8,,2026-06-01,x\n")
    (file.parent / "fx.csv").write_text("currency,date,usd_per_unit,source\nEUR,2026-06-01,1.16,ECB\n")
    settings = Settings(prices_file=file, fx_file=file.parent / "fx.csv", currency="EUR")
    ended = "note   prices: your price of openai/gpt-4o ended on 2026-06-01; since then the list price holds"
    assert ended not in said(settings, date(2026, 5, 31))
    assert not any("latest rate" in line for line in said(settings, date(2026, 6, 10)))
    later = said(settings, date(2026, 11, 22))
    assert ended in later
    assert any("the latest rate of EUR is of 2026-06-01" in line for line in later)
    assert any(
        "last compared with their source" in line for line in said(settings, date(2026, 11, 22) + timedelta(365))
    )


def test_a_currency_without_a_rate_is_a_fault(file: Path) -> None:
    file.write_text(HEADER)
    faults = [line for line in said(Settings(prices_file=file, currency="EUR"), date(2026, 11, 22)) if "fault" in line]
    assert faults == [
        "fault  currency: currency = EUR: no exchange rate for it; fx_file is not set"
        "  → enter its rates in fx_file, or show US dollars"
    ]
    with pytest.raises(SettingsError, match="currency"):
        load_settings(currency="euro")


def test_a_row_of_another_tier_ends_nothing() -> None:
    before = f"{HEADER}openai,gpt-4o,input,2,2026-10-01,,x\n"
    row = dict(zip(HEADER.strip().split(","), ("openai", "gpt-4o", "input", "1", "2026-11-01", "", "y"), strict=True))
    after = with_row(before, "prices.csv", {**row, "service_tier": "batch"})
    assert "openai,gpt-4o,input,2,2026-10-01,,x," in after


def test_a_price_for_all_day_leaves_the_one_for_the_night_alone() -> None:
    night = "openai,gpt-4o,input,1,2026-10-01,,nights,22:00,06:00"
    header = f"{HEADER.strip()},time_from,time_to"
    row = dict(zip(HEADER.strip().split(","), ("openai", "gpt-4o", "input", "2", "2026-10-01", "", "y"), strict=True))
    assert night in with_row(f"{header}\n{night}\n", "prices.csv", row)
    assert night in with_row(f"{header}\n{night}\n", "prices.csv", {**row, "valid_from": "2026-11-01"})
