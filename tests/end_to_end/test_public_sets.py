"""Public data through the real door: the published totals come out exactly."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sample_traces import public
from sample_traces.send import send
from spanledger.building.build import Builder
from tests.collector.running import Collector, configuration, wait_until
from tests.lake import one, open_warehouse

SETS = ("openhands_index", "azure_conv", "coding_agent_log")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One warehouse with the three sets, told apart by organization."""
    data: Path = tmp_path_factory.mktemp("public")
    try:
        bodies = [body for name in SETS for body in public.LOADERS[name]()]
    except public.PublicSetMissingError as missing:
        pytest.skip(str(missing))
    with Collector(configuration(data)) as collector:
        receipt = send(bodies, collector.http_url, "http/protobuf")
        assert receipt.rejected == 0
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        assert collector.stop() == 0, collector.errors()
    Builder(data, data / "lake").build()
    with open_warehouse(data) as connection:
        yield connection


def test_openhands_index(warehouse: duckdb.DuckDBPyConnection) -> None:
    totals = one(
        warehouse,
        """select sum(tasks), sum(successes), sum(unknown_outcomes), sum(unknown_cost_tasks), sum(zero_cost_tasks),
            round(sum(cost_usd), 6), round(sum(cost_usd)::double / sum(successes), 6)
        from rpt_cost_per_successful_task where traffic_source = 'eval'""",
    )
    assert totals == (26_212, 17_015, 14, 298, 1_434, Decimal("27968.272099"), 1.643742)


def test_azure_conversations(warehouse: duckdb.DuckDBPyConnection) -> None:
    totals = one(
        warehouse,
        """select count(*), sum(input_tokens), sum(output_tokens), sum(cost_usd)
        from fct_calls where date = '2023-11-16'""",
    )
    assert totals == (19_366, 22_361_870, 4_088_665, Decimal("96.791325"))


def test_coding_agent_log(warehouse: duckdb.DuckDBPyConnection) -> None:
    totals = one(
        warehouse,
        """select count(*), sum(output_tokens), sum(cached_input_tokens), sum(cache_write_tokens), sum(cost_usd)
        from fct_calls where date = '2026-08-01' and session_id is not null""",
    )
    assert totals == (70, 95_999, 5_422_664, 371_130, Decimal("9.2306005"))
