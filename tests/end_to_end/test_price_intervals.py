"""Intervals of prices that change: cut, moved, and reaching further than a clock of nanoseconds does."""

import shutil
from pathlib import Path

import pytest

from sample_traces.otlp import pack
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.charging import ask, call
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land

HEADER = "provider,model,token_kind,unit_price,valid_from,valid_to,source,rate_class"
OUTPUT = "openai,own,output,1,2025-01-01,,x,list"
WHOLE = ("openai,own,input,1,2025-01-01,,x,list", OUTPUT)
CUT = ("openai,own,input,1,2025-01-01,2026-09-01,x,list", "openai,own,input,1,2026-09-01,,x,list", OUTPUT)
FAR = "openai,own,{0},{1},{2},{3},x,list"


def build(data: Path, rows: tuple[str, ...]) -> None:
    prices = data.parent / "prices.csv"
    prices.write_text("\n".join([HEADER, *rows, ""]))
    Builder(data, data / "lake", PriceFiles(prices=prices)).build()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    land(pack([call(1, "2026-08-05", 1_000_000, model="own"), call(2, "2026-10-05", 1_000_000, model="own")], 1), made)
    return made


def test_a_rate_that_is_cut_in_two_names_the_part_that_holds_as_a_full_build_does(data: Path, tmp_path: Path) -> None:
    build(data, WHOLE)
    build(data, CUT)
    shutil.copytree(data / "lake", tmp_path / "full" / "lake")
    build(tmp_path / "full", CUT)
    assert unequal_marts(tmp_path / "full", data) == {}
    outside = """select call_id from fct_call_charges inner join dim_prices using (price_id)
        where started_at < valid_from or started_at >= valid_to"""
    assert ask(data, outside) == []
    assert ask(data, "from fct_restatements") == []


def test_a_rate_may_reach_beyond_what_nanoseconds_can_count(data: Path) -> None:
    build(data, WHOLE)
    for price in ("2", "3"):
        build(data, tuple(FAR.format(kind, price, "0001-01-01", "9999-12-31") for kind in ("input", "output")))
        assert [float(cost) for (cost,) in ask(data, "select cost_usd from fct_calls")] == [float(price)] * 2
