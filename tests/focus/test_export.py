"""What is exported is what the tables say: to the last digit, whoever reads it."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from spanledger.cli import main
from tests.focus.scene import NOBODY, PRICES, TASK, Scene, export, scene
from tests.focus.validating import beside
from tests.lake import open_warehouse

MANDATORY = (
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd"),
    *("BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd"),
    *("ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity"),
    *("PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName"),
)
MAY_BE_NULL = {"ChargeClass", "PricingQuantity", "PricingUnit"}
COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
Row = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def file(made: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(made.data, tmp_path_factory.mktemp("export") / "focus.parquet", "--per", "call")


def rows(file: Path, where: str = "true") -> list[Row]:
    return pl.read_parquet(file).sql(f"select * from self where {where}").to_dicts()


def one(data: Path, sql: str) -> Any:
    with open_warehouse(data) as warehouse:
        return warehouse.execute(sql).fetchall()[0][0]


def test_the_mandatory_columns_are_there_typed_and_filled(file: Path) -> None:
    table = pl.read_parquet(file)
    assert set(MANDATORY) <= set(table.columns)
    assert not [name for name in table.columns if name[0].islower() and not name.startswith("x_")]
    for name in table.columns:
        if name.endswith(("Cost", "UnitPrice", "Quantity")):
            assert table.schema[name] == pl.Decimal(28, 12), name
        elif name.endswith(("PeriodStart", "PeriodEnd", "StartedAt")):
            assert table.schema[name] == pl.Datetime("us", "UTC"), name
    assert not [name for name in set(MANDATORY) - MAY_BE_NULL if table[name].null_count()]


def test_rows_of_calls_add_up_to_the_calls(made: Scene, file: Path) -> None:
    calls = one(made.data, "select sum(cost_usd) from fct_calls")
    assert sum(row["EffectiveCost"] for row in rows(file, '"x_CallId" is not null')) == calls
    left = one(made.data, "select sum(unallocated_cost_usd) from fct_charges where category not in ('credit', 'tax')")
    assert sum(row["EffectiveCost"] for row in rows(file)) == calls + left + Decimal("-5") + Decimal("1.9")


@pytest.mark.parametrize("column", ["List", "Contracted"])
def test_quantity_times_unit_price_is_the_cost(file: Path, column: str) -> None:
    priced = rows(file, '"PricingQuantity" is not null')
    assert len(priced) > 20
    assert not [row for row in priced if row["PricingQuantity"] * row[f"{column}UnitPrice"] != row[f"{column}Cost"]]


def test_all_grains_say_the_same(made: Scene, tmp_path: Path) -> None:
    """Fewer rows, the same sums, to the last digit; each row still its quantity times its price."""
    totals, heights = set(), []
    for grain in ("call", "task", "day"):
        table = pl.read_parquet(export(made.data, tmp_path / f"{grain}.parquet", "--per", grain))
        totals.add(table.select(pl.col(*COSTS, "PricingQuantity", "x_ConsumedTokens").sum()).row(0))
        heights.append(table.height)
        assert ("x_TaskId" in table.columns, "x_CallId" in table.columns) == (grain != "day", grain == "call")
        priced = table.filter(pl.col("PricingQuantity").is_not_null()).to_dicts()
        assert all(row["PricingQuantity"] * row["ListUnitPrice"] == row["ListCost"] for row in priced)
    assert len(totals) == 1
    assert heights == sorted(heights, reverse=True)
    assert heights[0] > heights[2]


def test_the_table_is_the_export(made: Scene, tmp_path: Path) -> None:
    file = export(made.data, tmp_path / "focus.parquet")
    with open_warehouse(made.data) as warehouse:
        warehouse.execute(f"create temp view exported as from '{file}'")
        for one, other in (("exported", "focus_cost_and_usage"), ("focus_cost_and_usage", "exported")):
            assert warehouse.execute(f"from {one} except all from {other}").fetchall() == []


def test_polars_and_duckdb_read_the_same_from_both_formats(made: Scene, tmp_path: Path) -> None:
    sums = []
    for suffix in ("parquet", "csv"):
        file = export(made.data, tmp_path / f"focus.{suffix}")
        with_polars = pl.read_parquet(file) if suffix == "parquet" else pl.read_csv(file, infer_schema=False)
        frame = with_polars.select(pl.col(*COSTS).cast(pl.Decimal(38, 12)).sum())
        sums.append(frame.row(0))
        chosen = ", ".join(f"sum({name}::decimal(28, 12))" for name in COSTS)
        reader = "read_csv" if suffix == "csv" else "read_parquet"
        varchar = ", all_varchar = true" if suffix == "csv" else ""
        sums.append(duckdb.sql(f"select {chosen} from {reader}('{file}'{varchar})").fetchall()[0])
    assert len(set(sums)) == 1


def test_instants_in_text_are_spelled_as_focus_does(made: Scene, tmp_path: Path) -> None:
    table = pl.read_csv(export(made.data, tmp_path / "focus.csv"), infer_schema=False)
    assert set(table["BillingPeriodStart"]) == {"2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"}


def test_periods_are_utc_days_and_months(file: Path) -> None:
    for row in rows(file):
        start, end = row["ChargePeriodStart"], row["ChargePeriodEnd"]
        assert (start.hour, start.minute, (end - start).days) == (0, 0, 1)
        assert row["BillingPeriodStart"] <= start < end <= row["BillingPeriodEnd"]
        assert (row["BillingPeriodStart"].day, row["BillingPeriodEnd"].day) == (1, 1)
        assert row["x_StartedAt"] is None or start <= row["x_StartedAt"] < end
    billed = {row["BillingPeriodStart"] for row in rows(file, '"PricingQuantity" in (3, 5)')}
    assert billed == {datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)}


def test_a_reader_in_another_time_zone_sees_the_same_days(made: Scene) -> None:
    with open_warehouse(made.data) as warehouse:
        utc = warehouse.execute(
            "select distinct epoch(ChargePeriodStart) from focus_cost_and_usage order by 1"
        ).fetchall()
        warehouse.execute("set TimeZone = 'Asia/Kolkata'")
        assert (
            warehouse.execute(
                "select distinct epoch(ChargePeriodStart) from focus_cost_and_usage order by 1"
            ).fetchall()
            == utc
        )


def test_a_period_holds_its_days_and_no_other(made: Scene, tmp_path: Path) -> None:
    part = rows(export(made.data, tmp_path / "a.parquet", "--from", "2026-07-11", "--to", "2026-07-12"))
    assert {row["ChargePeriodStart"].day for row in part} == {11, 12}
    everything = rows(export(made.data, tmp_path / "b.parquet"))
    assert len(part) == sum(row["ChargePeriodStart"].day in (11, 12) for row in everything)


def test_an_unpriced_call_keeps_its_tokens_and_has_no_price(file: Path) -> None:
    model = NOBODY["gen_ai.request.model"]
    found = rows(file, f"\"x_ModelName\" = '{model}' and \"x_CostSource\" = 'unpriced'")
    assert {(row["x_TokenType"], row["x_ConsumedTokens"]) for row in found} == {("Input", 4000), ("Output", 292)}
    for row in found:
        assert (row["ChargeCategory"], row["x_ChargeType"], row["BilledCost"]) == ("Adjustment", "unpriced", 0)
        empty = [name for name in row if name.startswith(("Sku", "Consumed", "PricingQ", "PricingUnit", "PricingCat"))]
        assert len(empty) == 9
        assert {row[name] for name in (*empty, "ListUnitPrice", "ContractedUnitPrice")} == {None}


def test_a_provider_reported_cost_is_an_adjustment_beside_the_metered_rows(file: Path) -> None:
    found = rows(file, "\"x_CostSource\" = 'provider' and \"x_ModelName\" = 'gpt-4o'")
    calls: dict[str, list[Row]] = {}
    for row in found:
        calls.setdefault(row["x_CallId"], []).append(row)
    assert sorted(sum(row["EffectiveCost"] for row in lines) for lines in calls.values()) == [0, Decimal("0.01")]
    metered = Decimal("0.0021") + Decimal("0.000084")  # 1,000 in at $2.10 and 10 out at $8.40 a million, as contracted
    for lines in calls.values():
        assert sum(row["ContractedCost"] for row in lines if row["ChargeCategory"] == "Usage") == metered
        assert sum(row["ListCost"] for row in lines) == Decimal("0.0026")
    adjusted = sorted(row["BilledCost"] for row in found if row["x_ChargeType"] == "adjustment")
    assert adjusted == [-metered, Decimal("0.01") - metered]


def test_tiers_contracts_and_currencies_have_prices_of_their_own(file: Path) -> None:
    prices = {
        (row["SkuPriceId"], row["ListUnitPrice"] * 10**6, row["ContractedUnitPrice"] * 10**6)
        for row in rows(file, "\"SkuMeter\" = 'Input'")
    }
    assert prices == {
        ("openai/gpt-4o/input/standard", Decimal("2.5"), Decimal("2.1")),
        ("openai/gpt-4o/input/batch", Decimal("1.25"), Decimal("1.25")),
        ("google/gemini-2.5-pro/input/standard", Decimal("1.25"), Decimal("1.25")),
        ("google/gemini-2.5-pro/input/standard/>200000", Decimal("2.5"), Decimal("2.5")),
        ("anthropic/claude-sonnet-4-0/input/standard", 3, 3),
        ("mistral/mistral-large-latest/input/standard", Decimal("2.2"), Decimal("2.2")),
    }
    (euro,) = rows(file, "\"PricingCurrency\" = 'EUR' and \"SkuMeter\" = 'Input'")
    assert euro["PricingCurrencyContractedUnitPrice"] == Decimal("0.000002")
    assert abs(euro["PricingCurrencyEffectiveCost"] - euro["EffectiveCost"] / Decimal("1.1")) < Decimal("1e-9")


def test_who_and_what_for_is_on_every_row(file: Path) -> None:
    found = rows(file, "\"x_TaskId\" = 'ticket-1'")
    assert len(found) == 9
    for row in found:
        assert (row["x_Workflow"], row["x_TrafficSource"], row["x_Team"]) == ("answer", "production", "support")
        assert (row["BillingAccountId"], row["SubAccountId"]) == ("acme", TASK["spanledger.project"])
        assert json.loads(row["Tags"]) == {"service": "s", "team": "support", "project": 'desk "one", two'}


def test_charges_that_are_not_tokens_are_billed_once_and_spread_over_their_days(file: Path) -> None:
    """Ten seats for 310 dollars a month: one day of ten dollars went into the call that they cover."""
    seats = rows(file, "\"x_ChargeId\" = 'seats'")
    assert [(row["BilledCost"], row["InvoiceId"]) for row in seats if row["BilledCost"]] == [(310, "INV-4711")]
    by_type = {
        name: sum(row["EffectiveCost"] for row in seats if row["x_ChargeType"] == name)
        for name in ("seat", "seat share", "input", "output")
    }
    assert (by_type["seat"], by_type["seat share"], by_type["input"] + by_type["output"]) == (0, 300, 10)
    assert {row["ChargeCategory"] for row in rows(file, "\"x_ChargeId\" in ('promised', 'vat')")} == {"Credit", "Tax"}


def test_a_corrected_price_and_a_closed_month(tmp_path: Path) -> None:
    """An open month is exported by today's prices; a closed one as it was closed, a change where it is booked."""
    made = scene(tmp_path)
    before = _months(made, tmp_path / "before.parquet")
    made.prices.write_text(PRICES.replace(",2.1,", ",4.2,"))
    made.builder.build()
    corrected = _months(made, tmp_path / "corrected.parquet")
    # Uncached input of the calls that no provider's cost decides: 600, 333 and 3 tokens, $2.10 a million dearer.
    assert corrected[7] - before[7] == 936 * Decimal("0.0000021")
    closing = ["close", "2026-07", "--data", str(made.data), "--by", "ann", "--force", "--reason", "a test"]
    assert CliRunner().invoke(main, closing, catch_exceptions=False).exit_code == 0
    made.prices.write_text(PRICES)
    made.builder.build()
    closed = _months(made, tmp_path / "closed.parquet")
    assert closed[7] == corrected[7]
    assert sum(closed.values()) == sum(before.values())
    booked = rows(tmp_path / "closed.parquet", "\"ChargeClass\" = 'Correction'")
    assert {row["BillingPeriodStart"].month for row in booked} == {8}
    assert sum(row["EffectiveCost"] for row in booked) == before[7] - corrected[7]
    newest = export(made.data, tmp_path / "newest.csv", "--focus-version", "1.4")
    assert beside("lint.py", str(newest))["broken"] == []


def _months(made: Scene, output: Path) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for row in rows(export(made.data, output)):
        month = row["BillingPeriodStart"].month
        found[month] = found.get(month, Decimal(0)) + row["EffectiveCost"]
    return found


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--from", "2026-08-01", "--to", "2026-07-01"), 2, "--from 2026-08-01 is after --to 2026-07-01"),
        (("--output", "focus.xlsx"), 2, "expected a name that ends in .parquet or .csv, or --format"),
        (("--focus-version", "1.5"), 2, "'1.5' is not one of '1.2', '1.3', '1.4'"),
    ],
)
def test_a_wrong_question_says_what_was_expected(
    made: Scene, arguments: tuple[str, ...], code: int, words: str
) -> None:
    result = CliRunner().invoke(main, ["export", "focus", "--data", str(made.data), *arguments])
    assert result.exit_code == code
    assert words in result.output
