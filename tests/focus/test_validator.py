"""The FinOps Foundation's validator accepts what is exported, and would not accept it with a fault in it."""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sample_traces import company
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from tests.focus.scene import Scene, export, scene
from tests.focus.validating import CLAIMED, CONTRADICTION, HERE, SPELLED, beside, broken, spelled_out, verdicts
from tests.lake import land

FAULTS = {
    "ListCost + 0.01 as ListCost": "ListCost-C-009-C",
    "PricingQuantity + 1 as PricingQuantity": "ContractedUnitPrice-C-011-C",
    "null::varchar as SkuId": "SkuId-C-005-C",
    "null::varchar as PricingUnit": "PricingUnit-C-006-C",
    "null::decimal(28, 12) as ConsumedQuantity": "ConsumedUnit-C-005-C",
    "'usage' as ChargeCategory": "ChargeCategory-C-003-M",
    "'not json' as Tags": "Tags-C-001-M",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("scene"))


@pytest.mark.parametrize("grain", ["task", "day", "call"])
def test_every_kind_of_row_is_accepted(made: Scene, grain: str, tmp_path: Path) -> None:
    assert broken(export(made.data, tmp_path / "focus.parquet", "--per", grain)) == {}


def test_rules_that_a_null_would_pass_over_are_kept(made: Scene, tmp_path: Path) -> None:
    file = spelled_out(export(made.data, tmp_path / "focus.parquet"))
    assert broken(file).keys() == SPELLED


def test_text_is_accepted_as_parquet_is(made: Scene, tmp_path: Path) -> None:
    assert broken(export(made.data, tmp_path / "focus.csv")) == {}


def test_it_is_accepted_where_nothing_is_claimed(made: Scene, tmp_path: Path) -> None:
    assert broken(export(made.data, tmp_path / "focus.parquet"), ()) == {}


def test_the_simulated_company_is_accepted(tmp_path: Path) -> None:
    history = company.simulate(12, days=40, scale=0.1, end=date(2026, 11, 1))
    company.write_prices(history, tmp_path / "prices.csv")
    land(company.requests(history), tmp_path, per_segment=100)
    Builder(tmp_path, tmp_path / "lake", PriceFiles(tmp_path / "prices.csv")).build()
    file = export(tmp_path, tmp_path / "focus.parquet")
    found = verdicts(file)
    assert {rule for rule, (state, _) in found.items() if state == "fail"} <= CONTRADICTION
    assert broken(spelled_out(file)).keys() == SPELLED
    (rows,) = duckdb.sql(f"select count(*) from '{file}'").fetchall()[0]
    assert rows > 500
    newest = beside("lint.py", str(export(tmp_path, tmp_path / "newest.csv", "--focus-version", "1.4")))
    assert (newest["rows"], newest["broken"]) == (rows, [])


@pytest.mark.parametrize(("fault", "rule"), FAULTS.items(), ids=FAULTS.values())
def test_a_fault_is_found(made: Scene, fault: str, rule: str, tmp_path: Path) -> None:
    assert rule in broken(spelled_out(export(made.data, tmp_path / "focus.parquet"), fault))


@pytest.mark.parametrize(("invoice", "rule"), [("null::varchar", "InvoiceId-C-005-C"), ("'4711'", "InvoiceId-C-004-C")])
def test_no_file_keeps_both_rules_of_the_invoice(made: Scene, invoice: str, rule: str, tmp_path: Path) -> None:
    """Why these rules are left out: with an invoice on no row, or on every row, just one of them is broken."""
    file, same = export(made.data, tmp_path / "focus.parquet"), tmp_path / "same.parquet"
    duckdb.sql(f"copy (select * replace ({invoice} as InvoiceId) from '{file}') to '{same}' (format parquet)")
    assert {name for name, (state, _) in verdicts(same).items() if state == "fail"} == {rule}


def test_what_is_claimed_is_judged(made: Scene, tmp_path: Path) -> None:
    file = export(made.data, tmp_path / "focus.parquet")
    judged = {
        criteria: sum(state != "skipped" for state, _ in verdicts(file, criteria).values())
        for criteria in ((), CLAIMED)
    }
    assert judged[CLAIMED] > judged[()] + 100


@pytest.mark.parametrize("name", ["parts", "validator"])
def test_it_is_pinned_by_hash(name: str) -> None:
    lines = (HERE / f"{name}.lock").read_text().replace("\\\n", " ").splitlines()
    assert lines
    assert not [line for line in lines if not re.fullmatch(r"[a-z-]+==[\d.]+( +--hash=sha256:[0-9a-f]{64})+", line)]
