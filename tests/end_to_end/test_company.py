"""The simulated company, through the real door into the warehouse: every table equals what really happened.

The truth is written from the simulated events by code that shares nothing with the product. The seed is new each run;
a failure names it, and TEST_SEED repeats it.
"""

import os
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from sample_traces import company
from sample_traces.company import facts
from sample_traces.send import send
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from tests.collector.running import Collector, configuration, wait_until
from tests.end_to_end.truth_check import differences, unequal_marts
from tests.lake import land, open_warehouse

SEED = int(os.environ["TEST_SEED"])
END = date(2026, 11, 1)


@pytest.fixture(scope="module")
def history() -> company.Company:
    return company.simulate(SEED, days=60, scale=0.1, end=END)


@pytest.fixture(scope="module")
def reference(history: company.Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the company sent once, in order, in large requests, through gRPC, and built once."""
    data = tmp_path_factory.mktemp("reference")
    company.write_prices(history, data / "prices.csv")
    with Collector(configuration(data)) as collector:
        receipt = send(company.requests(history), collector.grpc_address)
        assert receipt.rejected == 0
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        assert collector.stop() == 0, collector.errors()
    Builder(data, data / "lake", PriceFiles(data / "prices.csv")).build()
    return data


def test_every_table_equals_its_truth(history: company.Company, reference: Path, tmp_path: Path) -> None:
    company.write_truth(history, tmp_path)
    with open_warehouse(reference) as warehouse:
        assert differences(warehouse, tmp_path) == {}, f"seed {SEED}"


def test_duplicates_name_the_call_they_repeat(history: company.Company, reference: Path) -> None:
    stated = {
        item.call.span_id: item.call.repeats
        for item in facts.place(history)
        if facts.spend_class(item) == "retry_duplicate"
    }
    with open_warehouse(reference) as warehouse:
        found = warehouse.execute(
            """select again.span_id, first.span_id from fct_calls as again
            inner join fct_calls as first on again.duplicate_of_call_id = first.call_id"""
        ).fetchall()
    assert dict(found) == stated, f"seed {SEED}"


def test_order_repeats_and_small_requests_change_nothing(
    history: company.Company, reference: Path, tmp_path: Path
) -> None:
    """Shuffled, a third sent twice, spans of a trace far apart, in four builds: the same tables as all at once."""
    company.write_prices(history, tmp_path / "prices.csv")
    builder = Builder(tmp_path, tmp_path / "lake", PriceFiles(tmp_path / "prices.csv"))
    bodies = list(company.requests(history, spans_per_request=5, shuffle_seed=SEED, resend_share=0.3))
    assert len(bodies) > 1000
    cuts = [0, *(len(bodies) * share // 100 for share in (50, 75, 96, 100))]
    for start, end in pairwise(cuts):
        land(bodies[start:end], tmp_path, per_segment=100)
        assert builder.build().is_full == (start == 0)
    assert unequal_marts(reference, tmp_path) == {}, f"seed {SEED}"
    with open_warehouse(tmp_path) as warehouse:
        [(most_files,)] = warehouse.execute(
            "select max(files) from (select count(*) as files from meta.history_files group by model, date)"
        ).fetchall()
        [(replaced,)] = warehouse.execute("select sum(rows) from meta.history_removed").fetchall()
    assert 1 < most_files <= 3, "new rows beside a date's old ones, and few files a date"
    assert replaced > 0
