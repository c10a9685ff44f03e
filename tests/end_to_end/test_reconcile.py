"""A simulated invoice with planted discrepancies: each is named with the right amount, and all of them together.

The invoice is written from the simulated events (`tests.invoices`), the warehouse built from their telemetry; a day of
one service never arrives. Prices are the events' own hand-typed ones.
"""

import csv
import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from sample_traces.company import Company, requests, simulate, write_prices
from sample_traces.company.facts import place
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.exits import NOTHING_PUBLISHED, OUTSIDE_TOLERANCE, USAGE
from spanledger.prices.price_files import PriceFiles
from tests import invoices
from tests.invoices import Billed, Used, as_csv, bill, repriced, rounded, total, usage, within
from tests.lake import land, open_warehouse

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
LOST = {("support-bot", date(2026, 10, 9)), ("contract-worker", date(2026, 10, 13))}
"""A day of a service whose telemetry never arrives; the services call different providers."""
DEARER = "gpt-4o-mini-2024-07-18"
CHANGED = datetime(2026, 10, 15, 7, tzinfo=UTC)
"""Midnight in Los Angeles: a price changes with the provider's own day."""
LARGER = 15
"""Times the tokens of the simulation, so that lines are worth cents."""
LONG_CONTEXT = 200_000
"""Input tokens of a dearer tier: requests that would reach it stay as small as they are."""


@dataclass(frozen=True)
class House:
    """A published build, the company behind it, and what of it never arrived."""

    data: Path
    sent: Company
    company: Company

    def used(self, provider: str = "openai") -> list[Used]:
        """What the provider saw."""
        return usage(self.company, provider)

    def known(self, provider: str = "openai") -> list[Used]:
        """What arrived here."""
        return usage(self.sent, provider)

    def run(self, *arguments: str) -> Result:
        """The command on the build."""
        where = ("--data", str(self.data), "--prices-file", str(self.data / "prices.csv"))
        return CliRunner().invoke(main, ["reconcile", *arguments, *where], catch_exceptions=False)

    def named(self, path: Path, *arguments: str) -> dict[str, Decimal]:
        """What each reason adds up to."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.rows(path, *arguments):
            sums[row["reason"]] += Decimal(row["amount_usd"])
        return dict(sums)

    def rows(self, path: Path, *arguments: str) -> list[dict[str, str]]:
        """The named differences."""
        result = self.run(str(path), "--dry-run", "--format", "csv", *arguments)
        assert result.exit_code in {0, OUTSIDE_TOLERANCE}, result.output
        return list(csv.DictReader(result.stdout.splitlines()))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    data = tmp_path_factory.mktemp("house")
    company = simulate(5, days=38, scale=0.2, end=date(2026, 11, 4))
    for placed in place(company):
        _enlarge(placed.call)
    lost = [run for run in company.runs if (run.origin.service, _day(run.started_ns)) in LOST]
    assert len({run.origin.service for run in lost}) == len(LOST)
    sent = replace(company, runs=[run for run in company.runs if run not in lost])
    write_prices(company, data / "prices.csv")
    land(requests(sent), data)
    Builder(data, data / "lake", PriceFiles(prices=data / "prices.csv")).build()
    return House(data, sent, company)


def _enlarge(call: Any) -> None:
    if call.usage is not None and call.usage.input_tokens * LARGER < LONG_CONTEXT:
        counts = {name: count and count * LARGER for name, count in vars(call.usage).items()}
        call.usage = replace(call.usage, **counts)


def _day(nanoseconds: int) -> date:
    return datetime.fromtimestamp(nanoseconds // 10**9, UTC).date()


def october(used: Iterable[Used], zone: str = "UTC") -> list[Billed]:
    return within(bill(used, zone), FIRST, LAST)


OPENAI = ("--provider", "openai")


CREDIT = ((LAST, Decimal("-5.00")),)
MAPPING = """kinds: {Promotional credit: credit, promo: credit}
"""

WITH_QUANTITIES = {
    "generic CSV": (invoices.as_csv, "openai"),
    "OpenAI Costs API": (invoices.as_openai_json, "openai"),
    "OpenAI cost export": (invoices.as_openai_csv, "openai"),
    "FOCUS": (invoices.as_focus_csv, "openai"),
    "FOCUS Parquet": (invoices.as_focus_parquet, "openai"),
}
MONEY_ALONE = {
    "Anthropic cost report": (invoices.as_anthropic_json, "anthropic"),
    "Claude Console cost export": (invoices.as_anthropic_cost_csv, "anthropic"),
}
USAGE_ALONE = {
    "OpenAI Usage API": (invoices.as_openai_usage, "openai"),
    "Anthropic usage report": (invoices.as_anthropic_usage, "anthropic"),
    "Claude Console usage export": (invoices.as_anthropic_usage_csv, "anthropic"),
}


@pytest.mark.parametrize("form", [*WITH_QUANTITIES, *MONEY_ALONE, *USAGE_ALONE])
def test_a_clean_invoice_leaves_nothing(house: House, tmp_path: Path, form: str) -> None:
    write, provider = {**WITH_QUANTITIES, **MONEY_ALONE, **USAGE_ALONE}[form]
    path = write(tmp_path / "clean", october(house.known(provider)))
    assert house.rows(path, "--provider", provider) == []
    result = house.run(str(path), "--dry-run", "--provider", provider)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"clean: {form.removesuffix(' Parquet')}, ")


def test_a_lost_day_of_a_service_is_missing_telemetry(house: House, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "lost.csv", october(house.used()))
    lost = total(october(house.used())) - total(october(house.known()))
    assert house.named(path, *OPENAI) == {"missing_telemetry": lost}
    assert {row["date"] for row in house.rows(path, *OPENAI)} == {"2026-10-09"}


def test_calls_that_the_invoice_lacks_are_named(house: House, tmp_path: Path) -> None:
    """The other way round: the provider bills less than what arrived here."""
    billed = [one for one in house.known() if one.service != "rag-api" or one.at.date() != date(2026, 10, 20)]
    path = as_csv(tmp_path / "less.csv", october(billed))
    assert house.named(path, *OPENAI) == {"not_on_invoice": total(october(billed)) - total(october(house.known()))}


def test_a_changed_price_is_a_price_difference(house: House, tmp_path: Path) -> None:
    since = CHANGED.replace(hour=0)
    other = repriced(house.known(), DEARER, since, lambda price: price * 2)
    path = as_csv(tmp_path / "price.csv", october(other))
    assert house.named(path, *OPENAI) == {"price_difference": total(october(other)) - total(october(house.known()))}
    rows = house.rows(path, *OPENAI)
    assert {(row["model"], row["detail"]) for row in rows if row["kind"] == "input"} == {
        ("gpt-4o-mini", "0.3 a million instead of 0.15")
    }
    assert min(row["date"] for row in rows) == str(since.date())


def test_credits_are_named(house: House, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "credit.csv", october(house.known()), CREDIT)
    assert house.named(path, *OPENAI) == {"credit": Decimal(-5)}


def test_cents_are_rounding(house: House, tmp_path: Path) -> None:
    exact = october(house.known())
    path = as_csv(tmp_path / "cents.csv", rounded(exact, "0.01"))
    assert house.named(path, *OPENAI) == {"rounding": total(rounded(exact, "0.01")) - total(exact)}


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata", "Asia/Tokyo"])
def test_another_day_boundary_is_found(house: House, tmp_path: Path, zone: str) -> None:
    theirs = october(house.known(), zone)
    path = as_csv(tmp_path / "zone.csv", theirs)
    assert house.named(path, *OPENAI) == {"time_zone": total(theirs) - total(october(house.known()))}
    assert f"midnight of {zone}" in house.run(str(path), "--dry-run", *OPENAI).stdout


@dataclass(frozen=True)
class Five:
    """An invoice with all five at once, and what each of them makes."""

    lines: list[Billed]
    amounts: dict[str, Decimal]

    @classmethod
    def of(cls, house: House, provider: str, model: str, unit: str) -> "Five":
        """The parts are worked out from the events, one after the other."""
        zone, used, known = "America/Los_Angeles", house.used(provider), house.known(provider)
        exact = october(repriced(used, model, CHANGED, lambda price: price * 2), zone)
        lines = rounded(exact, unit)
        amounts = {
            "time_zone": total(october(known, zone)) - total(october(known)),
            "missing_telemetry": total(october(used, zone)) - total(october(known, zone)),
            "price_difference": total(exact) - total(october(used, zone)),
            "rounding": total(lines) - total(exact),
            "credit": CREDIT[0][1],
        }
        return cls(lines, amounts)


@pytest.mark.parametrize("form", WITH_QUANTITIES)
def test_all_five_at_once(house: House, tmp_path: Path, form: str) -> None:
    """Every amount to the last digit, in every format that states quantities."""
    write, provider = WITH_QUANTITIES[form]
    five = Five.of(house, provider, DEARER, "0.01")
    path = write(tmp_path / "five", five.lines, CREDIT)
    assert all(five.amounts.values())
    assert house.named(path, "--provider", provider, *mapping(tmp_path)) == five.amounts


def mapping(folder: Path) -> tuple[str, str]:
    path = folder / "mapping.yaml"
    path.write_text(MAPPING)
    return "--mapping", str(path)


@pytest.mark.parametrize("form", MONEY_ALONE)
@pytest.mark.parametrize("unit", ["0.000001", "0.01"])
def test_all_five_where_only_money_is_stated(house: House, tmp_path: Path, form: str, unit: str) -> None:
    """Without quantities a line's rounding stands with its usage: amounts are right but for half a unit a line."""
    write, provider = MONEY_ALONE[form]
    five = Five.of(house, provider, "claude-haiku-4-5-20251001", unit)
    path = write(tmp_path / "five", five.lines, CREDIT)
    named = house.named(path, *mapping(tmp_path))
    assert set(named) == set(five.amounts)
    assert (named["time_zone"], named["credit"]) == (five.amounts["time_zone"], five.amounts["credit"])
    assert sum(named.values()) == sum(five.amounts.values())
    for reason, amount in five.amounts.items():
        assert abs(named[reason] - amount) <= Decimal(unit) / 2 * len(five.lines), reason


@pytest.mark.parametrize("form", USAGE_ALONE)
def test_usage_alone_shows_what_is_missing_and_when_days_begin(house: House, tmp_path: Path, form: str) -> None:
    """A usage report is valued at our prices: what it adds is usage and days, to the last digit."""
    write, provider = USAGE_ALONE[form]
    five = Five.of(house, provider, "none", "0.000000000001")
    path = write(tmp_path / "usage", five.lines)
    expected = {reason: five.amounts[reason] for reason in ("time_zone", "missing_telemetry")}
    assert house.named(path) == expected


def test_the_summary_adds_up_and_the_result_is_kept(house: House, tmp_path: Path) -> None:
    five = Five.of(house, "openai", DEARER, "0.01")
    path = as_csv(tmp_path / "kept.csv", five.lines, CREDIT)
    result = house.run(str(path), *OPENAI)
    assert result.exit_code == OUTSIDE_TOLERANCE
    found = re.findall(r"^ *(-?[\d.]+)  (\w+)", result.stdout, re.MULTILINE)
    assert [reason for _, reason in found][:2] == ["unexplained", "our"]
    *parts, whole = [Decimal(amount) for amount, _ in found]
    assert sum(parts) == whole == total(five.lines) + CREDIT[0][1]
    (kept,) = (house.data / "records" / "reconciliations").glob("*.parquet")
    row = duckdb.sql(
        f"""select any_value(file), any_value(our_total_usd) + sum(amount_usd), any_value(invoice_total_usd),
        any_value(is_within_tolerance) from '{kept}'"""
    ).fetchone()
    assert row == ("kept.csv", whole, whole, False)
    assert house.run(str(path), "--tolerance", "50", *OPENAI).exit_code == 0


def test_our_own_focus_rows_leave_nothing(house: House, tmp_path: Path) -> None:
    """What the build exports, read back as a bill of three providers: the same, to the last digit."""
    path = tmp_path / "focus.parquet"
    with open_warehouse(house.data) as warehouse:
        warehouse.execute(
            f"""copy (
                from focus_cost_and_usage where "ChargePeriodStart"::date between '{FIRST}' and '{LAST}'
            ) to '{path}' (format parquet)"""
        )
    assert house.rows(path) == []
    assert "left out: " in house.run(str(path), "--dry-run").stdout  # the company's own provider is in no table


def test_a_part_of_the_period_can_be_compared(house: House, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "lost.csv", october(house.used()))
    days = ("--from", "2026-10-10", "--to", "2026-10-31")
    assert house.named(path, *OPENAI, *days) == {}
    lost = within(october(house.used()), date(2026, 10, 9), date(2026, 10, 9))
    known = within(october(house.known()), date(2026, 10, 9), date(2026, 10, 9))
    found = house.named(path, *OPENAI, "--from", "2026-10-09", "--to", "2026-10-09")
    assert found == {"missing_telemetry": total(lost) - total(known)}


MISUSES = [
    ((), "clean.csv: no line names a provider; say whose it is, such as --provider openai"),
    ((*OPENAI, "--zone", "Mars/Olympus"), "'Mars/Olympus' is no time zone; expected a name such as"),
    ((*OPENAI, "--column", "amount=Cost"), "clean.csv:1: no column 'Cost' for amount"),
    ((*OPENAI, "--column", "cost=Cost"), "expected FIELD=NAME, FIELD one of date, provider"),
    ((*OPENAI, "--tolerance", "-1"), "-1 is not from 0"),
    ((*OPENAI, "--tolerance", "1e999999999999999999"), "1e999999999999999999 is not from 0 to 1000000%"),
    ((*OPENAI, "--tolerance", "1e-30"), "1e-30 has more than 10 decimals"),
    ((*OPENAI, "--rounding", "1e999999999999999999"), "1e999999999999999999 is not from 0 to 1000000000000"),
    ((*OPENAI, "--input", "openai-csv"), "clean.csv:1: not openai-csv: there is no column amount_currency, amount_val"),
    ((*OPENAI, "--from", "2027-01-01"), "clean.csv: there is no line in it that could be compared"),
]


@pytest.mark.parametrize(("arguments", "said"), MISUSES, ids=[said for _, said in MISUSES])
def test_misuse_is_named(house: House, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    path = as_csv(tmp_path / "clean.csv", october(house.known()))
    result = house.run(str(path), "--dry-run", *arguments)
    assert (result.exit_code, said in result.output) == (USAGE, True), result.output


def test_nothing_published_is_said(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "one.csv", [Billed(FIRST, "openai", "gpt-4o", None, "input", 1, Decimal("0.01"))])
    result = CliRunner().invoke(main, ["reconcile", str(path), "--data", str(tmp_path / "data"), *OPENAI])
    assert result.exit_code == NOTHING_PUBLISHED


def test_a_hundred_thousand_lines_take_seconds(house: House, tmp_path: Path) -> None:
    """The clean invoice, every line of it cut into parts of one customer's project each."""
    exact = october(house.known())
    parts = 100_000 // len(exact)
    lines = [
        replace(line, quantity=whole + (part < rest), amount=(whole + (part < rest)) * line.amount / line.quantity)
        for line in exact
        for whole, rest in [divmod(line.quantity, parts)]
        for part in range(parts)
    ]
    path = as_csv(tmp_path / "large.csv", lines)
    started = process_time()
    assert house.named(path, *OPENAI).keys() <= {"rounding"}
    assert len(lines) > 99_000
    assert process_time() - started < 30


PAGE = Path(__file__).resolve().parents[2] / "docs" / "reconciliation.md"


def test_the_page_shows_what_the_program_prints(house: House, tmp_path: Path) -> None:
    """The worked example: its invoice and its output are the beginnings of the real ones."""
    text = PAGE.read_text()
    invoice, printed = re.findall(r"^```text\n(date,.*?|october.*?)^```$", text, re.MULTILINE | re.DOTALL)
    path = as_csv(tmp_path / "october.csv", Five.of(house, "openai", DEARER, "0.01").lines, CREDIT)
    output = house.run(str(path), "--dry-run", *OPENAI).stdout
    if os.environ.get("WRITE_PAGE"):  # how the page is brought up to date
        text = text.replace(invoice, _first(path.read_text(), invoice)).replace(printed, _first(output, printed))
        PAGE.write_text(text)
    assert path.read_text().replace("\r\n", "\n").startswith(invoice), "run again with WRITE_PAGE=1"
    assert output.startswith(printed), "run again with WRITE_PAGE=1"


def _first(text: str, shown: str) -> str:
    """As many lines of a text as are shown of it."""
    return "".join(f"{line}\n" for line in text.splitlines()[: len(shown.splitlines())])
