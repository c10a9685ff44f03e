"""Every version of FOCUS that can be written says the same, in the columns that the version has."""

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanledger.focus.focus_versions import VERSIONS, columns
from tests.focus.scene import Scene, export, scene
from tests.focus.validating import beside, broken, spelled_out
from tests.lake import open_warehouse
from transforms.invoices.focus import read_focus, read_focus_parquet
from transforms.invoices.lines import Meaning

GRAINS = ("task", "day", "call")
NEWER = ("1.3", "1.4")
COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
DEPRECATED = {"ProviderName", "PublisherName"}
FAULTS = {
    "* exclude (HostProviderName)": "missing_mandatory_column",
    "*, ServiceProviderName as ProviderName": "unknown_column",
    "* replace (null as ServiceProviderName)": "null_not_allowed",
    "* replace ('usage' as ChargeCategory)": "not_in_allowed_values",
    "* replace (ListCost::decimal(28, 12) + 0.01 as ListCost)": "cost_not_unit_price_times_quantity",
    "* replace (null as SkuPriceId)": "required_for_usage_or_purchase",
    "* replace ('7' as EffectiveCost)": "effective_cost_differs_from_billed",
    "* replace (null as PricingUnit)": "quantity_without_unit",
    "* replace ('2026-07-01' as ChargePeriodStart)": "bad_datetime",
}
"""What is selected of a file of 1.4 -> the linter's name of what that breaks."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("scene"))


def written(made: Scene, folder: Path, version: str, suffix: str = "parquet", grain: str = "task") -> Path:
    output = folder / f"focus-{version}-{grain}.{suffix}"
    return export(made.data, output, "--focus-version", version, "--per", grain)


def header(file: Path) -> list[str]:
    return pl.read_csv(file, infer_schema=False).columns


@pytest.mark.parametrize("grain", GRAINS)
def test_a_newer_version_is_the_same_rows_under_other_names(made: Scene, grain: str, tmp_path: Path) -> None:
    """Put back under their old names, the columns of a newer file are those of 1.2, which its validator judges."""
    oldest, middle, newest = (pl.read_parquet(written(made, tmp_path, each, grain=grain)) for each in VERSIONS)
    assert oldest.height > 90
    assert_frame_equal(middle.drop("ServiceProviderName", "HostProviderName"), oldest)
    back = newest.rename({"ServiceProviderName": "ProviderName", "HostProviderName": "PublisherName"})
    assert_frame_equal(back.select(oldest.columns), oldest)
    assert len({table.select(pl.col(*COSTS).sum()).row(0) for table in (oldest, middle, newest)}) == 1


def test_without_a_word_it_is_1_2(made: Scene, tmp_path: Path) -> None:
    file = export(made.data, tmp_path / "focus.csv")
    assert file.read_bytes() == written(made, tmp_path, "1.2", "csv").read_bytes()


def test_columns_are_those_of_the_version(made: Scene, tmp_path: Path) -> None:
    """By the data model in focus-data-toolkit, which says for each column since when it is; ours begin with x_."""
    files = {version: written(made, tmp_path, version, "csv") for version in VERSIONS}
    model = beside("lint.py", str(files["1.4"]))
    assert [len(model["columns"][version]) for version in VERSIONS] == [57, 65, 65]
    for version, file in files.items():
        names = [name for name in header(file) if not name.startswith("x_")]
        assert set(names) <= set(model["columns"][version])
        assert header(file)[: len(names)] == sorted(names)
    for version in NEWER:
        assert set(model["mandatory"][version]) <= set(header(files[version]))
    assert set(header(files["1.3"])) - set(header(files["1.4"])) == DEPRECATED


@pytest.mark.parametrize("grain", GRAINS)
def test_1_4_has_nothing_that_its_linter_finds(made: Scene, grain: str, tmp_path: Path) -> None:
    said = beside("lint.py", str(written(made, tmp_path, "1.4", "csv", grain)))
    assert said["rows"] > 90
    assert said["broken"] == []


@pytest.mark.parametrize(("fault", "rule"), FAULTS.items(), ids=FAULTS.values())
def test_a_fault_is_found(made: Scene, fault: str, rule: str, tmp_path: Path) -> None:
    file, faulty = written(made, tmp_path, "1.4", "csv"), tmp_path / "faulty.csv"
    duckdb.sql(f"copy (select {fault} from read_csv('{file}', all_varchar = true)) to '{faulty}' (header)")
    assert rule in {found for found, _, _ in beside("lint.py", str(faulty))["broken"]}


def test_1_3_keeps_the_rules_of_1_2(made: Scene, tmp_path: Path) -> None:
    """1.3 only adds columns and deprecates two that are still there, so the validator's rules of 1.2 hold in it."""
    file = written(made, tmp_path, "1.3")
    assert broken(file) == {}
    assert broken(spelled_out(file, "ListCost + 0.01 as ListCost"))


def test_what_1_4_wants_and_no_checker_asks(made: Scene, tmp_path: Path) -> None:
    """EffectiveCost-C-015, C-017 and C-020, HostProviderName-C-010 of the requirements model of 1.4, in our words."""
    rows = pl.read_parquet(written(made, tmp_path, "1.4", grain="call")).to_dicts()
    judged = {"Usage": 0, "Purchase": 0, "Credit": 0, "Tax": 0}
    for row in rows:
        assert row["HostProviderName"] == row["ServiceProviderName"]
        category, is_covered = row["ChargeCategory"], row["x_ChargeId"] is not None
        if category == "Adjustment" or (category == "Usage" and is_covered):
            continue
        assert row["EffectiveCost"] == (0 if category == "Purchase" else row["BilledCost"])
        judged[category] += 1
    assert min(judged.values()) > 0


@pytest.mark.parametrize("version", NEWER)
def test_polars_and_duckdb_read_the_same_from_both_formats(made: Scene, version: str, tmp_path: Path) -> None:
    sums = []
    for suffix in ("parquet", "csv"):
        file = written(made, tmp_path, version, suffix)
        with_polars = pl.read_parquet(file) if suffix == "parquet" else pl.read_csv(file, infer_schema=False)
        sums.append(with_polars.select(pl.col(*COSTS).cast(pl.Decimal(38, 12)).sum()).row(0))
        chosen = ", ".join(f"sum({name}::decimal(28, 12))" for name in COSTS)
        source = f"read_csv('{file}', all_varchar = true)" if suffix == "csv" else f"read_parquet('{file}')"
        sums.append(duckdb.sql(f"select {chosen} from {source}").fetchall()[0])
    assert len(set(sums)) == 1


@pytest.mark.parametrize("version", NEWER)
def test_reconciliation_reads_it_as_it_reads_1_2(made: Scene, version: str, tmp_path: Path) -> None:
    read: dict[str, list[Any]] = {"parquet": [], "csv": []}
    for each in ("1.2", version):
        file = written(made, tmp_path, each)
        read["parquet"].append(read_focus_parquet(file.read_bytes(), "bill", Meaning()).lines)
        read["csv"].append(read_focus(written(made, tmp_path, each, "csv").read_text(), "bill", Meaning()).lines)
    assert all(len(old) > 40 and old == new for old, new in read.values())


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_column_is_taken_from_is_in_the_table(made: Scene, version: str) -> None:
    with open_warehouse(made.data) as warehouse:
        table = [name for (name, *_) in warehouse.execute("describe focus_cost_and_usage").fetchall()]
    taken = columns(version, table)
    assert set(taken.values()) <= set(table)
    assert VERSIONS[version].dropped <= set(table)
    assert not set(taken) & VERSIONS[version].dropped
