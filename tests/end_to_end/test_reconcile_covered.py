"""Calls that a charge pays for are on no invoice by their tokens: beside one they make no difference."""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from sample_traces.otlp import pack
from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.charging import PRICES, call, write_charges
from tests.lake import land


class Place(NamedTuple):
    """A build with calls of a seat and calls that are paid by the token."""

    data: Path
    prices: Path

    def run(self, *arguments: str) -> str:
        where = ("--data", str(self.data))
        done = CliRunner().invoke(main, [*arguments, *where], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    def rows(self, file: Path, *arguments: str) -> list[dict[str, str]]:
        said = ("reconcile", str(file), "--dry-run", "--format", "csv", "--prices-file", str(self.prices), *arguments)
        return list(csv.DictReader(self.run(*said).splitlines()))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("covered")
    prices, coverage = folder / "prices.csv", folder / "coverage.csv"
    prices.write_text(PRICES)
    coverage.write_text("rule,allocate_by,user_id\nseats,metered,seated\n")
    charges = write_charges(folder / "charges.csv", "a,seat,openai,a seat,31,USD,2026-10-01,2026-11-01,invoice,seats,")
    sent = [call(number, "2026-10-05", 1_000_000, user) for number, user in enumerate(("carl", "seated", "carl"), 1)]
    unused = call(4, "2026-10-06", 0, "seated")
    land(pack([*sent, unused], 1), folder / "data")
    Builder(
        folder / "data", folder / "data" / "lake", PriceFiles(prices=prices), ChargeFiles(charges, coverage)
    ).build()
    return Place(folder / "data", prices)


def test_an_invoice_without_them_leaves_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "october.csv"
    file.write_text("date,model,kind,quantity,amount\n2026-10-05,gpt-4o,input,2000000,5.00\n")
    assert place.rows(file, "--provider", "openai") == []


def test_our_own_export_leaves_the_seat_alone(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "october.parquet"
    place.run("export", "focus", "--output", str(file))
    assert [(row["reason"], float(row["amount_usd"])) for row in place.rows(file)] == [("fee", 31.0)]
