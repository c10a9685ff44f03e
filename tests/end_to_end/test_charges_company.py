"""Charges beside the simulated company: spans in any order, in parts or at once, with charges that come before them or
after, give the same tables, and every dollar counts once."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sample_traces.company import requests, simulate
from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from tests.end_to_end.charging import ask, write_charges
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land

UNIT = "unit,provisioned_throughput,openai,one unit,310.7,USD,2026-10-01,2026-11-01,contract,mini,"
SEATS = "seats,seat,anthropic,seats,77.77,USD,2026-10-25,2026-10-31,invoice,claude,"
CREDIT = "credit,credit,openai,promised,-31,USD,2026-10-01,2026-11-01,a letter,,"
COVERAGE = """rule,allocate_by,model
mini,metered,gpt-4o-mini*
claude,tokens,claude-*
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ChargeFiles:
    folder = tmp_path_factory.mktemp("files")
    (folder / "coverage.csv").write_text(COVERAGE)
    return ChargeFiles(write_charges(folder / "charges.csv", UNIT, SEATS, CREDIT), folder / "coverage.csv")


@pytest.fixture(scope="module")
def in_parts(tmp_path_factory: pytest.TempPathFactory, files: ChargeFiles) -> Path:
    """Shuffled, in three builds; the seats' invoice comes after the first, all else before."""
    data = tmp_path_factory.mktemp("parts")
    bodies = list(requests(simulate(5, 9, 0.2, end=date(2026, 11, 1)), 100, shuffle_seed=3))
    third = len(bodies) // 3 + 1
    early = ChargeFiles(data / "charges.csv", files.coverage)
    write_charges(data / "charges.csv", UNIT, CREDIT)
    for number, known in enumerate((early, early, files)):
        land(bodies[number * third : (number + 1) * third], data, per_segment=2)
        Builder(data, data / "lake", charge_files=known).build()
    return data


def test_every_dollar_counts_once(in_parts: Path) -> None:
    covered, parts, left = ask(
        in_parts,
        """select
            (select count(*) from fct_calls where cost_source = 'covered'),
            (select sum(cost_usd) from fct_calls where cost_source = 'covered'),
            (select sum(unallocated_cost_usd) from fct_charges)""",
    )[0]
    assert covered > 50
    assert 0 < parts < Decimal("388.47")
    assert parts + left == Decimal("310.7") + Decimal("77.77") - 31
    sums = ask(
        in_parts,
        """select sum(cost_usd), sum(metered_cost_usd), (select sum(effective_cost_usd) from fct_call_charges),
            (select sum(contracted_cost_usd) from fct_call_charges), (select sum(cost_usd) from fct_workflow_runs),
            (select sum(cost_usd + overhead_cost_usd) from fct_tasks)
        from fct_calls""",
    )[0]
    cost, metered = sums[:2]
    assert sums == (cost, metered, cost, metered, cost, cost)


def test_parts_in_any_order_are_the_whole(in_parts: Path, files: ChargeFiles, tmp_path: Path) -> None:
    land(requests(simulate(5, 9, 0.2, end=date(2026, 11, 1)), 1000), tmp_path)
    Builder(tmp_path, tmp_path / "lake", charge_files=files).build()
    assert unequal_marts(tmp_path, in_parts) == {}
