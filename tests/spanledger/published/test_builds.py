"""Builds: published only when every check is green, kept for a while, one at a time; readers never wait.

The tests share one data directory and each leaves it with a published build; none depends on another's order.
"""

import os
import shutil
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from collector.store.lake_file import LakeError
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from spanledger.published import builds, project
from spanledger.published.build_errors import BuildError
from spanledger.published.builds import BuildInProgressError, Builds
from tests.collector.otlp import request, span
from tests.collector.running import wait_until
from tests.lake import land, open_warehouse
from transforms.pricing.prices import PriceError

BUILD = """
import sys
from pathlib import Path
from spanledger.building.build import Builder

data = Path(sys.argv[1])
Builder(data, data / "lake").build()
"""
PRICES = """provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source
openai,gpt-4o,input,{input},,,contract
openai,gpt-4o,output,10,,,contract
"""


def a_call() -> bytes:
    """A request with one gpt-4o call of 1000 + 100 tokens in a trace of its own."""
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
    values = [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in attributes.items()]
    for key, count in {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}.items():
        values.append(KeyValue(key=key, value=AnyValue(int_value=count)))
    return request(span(attributes=values)).SerializeToString()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one call and a build of it."""
    data = tmp_path_factory.mktemp("data")
    land([a_call()], data)
    Builder(data, data / "lake").build()
    return data


@pytest.fixture
def builder(data: Path) -> Builder:
    """A builder whose data directory is up to date."""
    builder = Builder(data, data / "lake")
    builder.build()
    return builder


def calls(data: Path) -> int:
    with open_warehouse(data) as warehouse:
        return count(warehouse)


def count(warehouse: duckdb.DuckDBPyConnection) -> int:
    row = warehouse.execute("select count(*) from fct_calls").fetchone()
    assert row is not None
    return int(row[0])


def state(data: Path) -> tuple[str | None, set[str]]:
    """What is published, and the builds that are there."""
    every = Builds(data)
    return every.current, {path.name for path in every.folder.iterdir() if not path.name.startswith(".")} - {"CURRENT"}


def test_what_arrived_is_in_the_next_build_and_nothing_new_makes_none(data: Path, builder: Builder) -> None:
    before, published = calls(data), Builds(data).current
    assert builder.build().build_id is None
    assert Builds(data).current == published
    land([a_call()], data)
    outcome = builder.build()
    assert (outcome.is_full, outcome.new_segments) == (False, 1)
    assert Builds(data).current == outcome.build_id
    assert calls(data) == before + 1


def test_a_failing_check_publishes_nothing(
    data: Path, builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = calls(data), state(data)
    copy = Path(shutil.copytree(project.PROJECT, tmp_path / "dbt_project"))
    check = "select call_id, input_tokens from {{ ref('fct_calls') }} order by started_at limit 1"
    (copy / "tests" / "no_call_at_all.sql").write_text(check)
    with monkeypatch.context() as patch:
        patch.setattr(project, "PROJECT", copy)
        with pytest.raises(BuildError, match=r"no_call_at_all: Got 1 result(?s:.*)call_id=\w+, input_tokens=1000"):
            builder.build()
    assert (calls(data), state(data)) == before
    assert builder.build().build_id is None


def test_a_file_cut_short_stops_the_build_and_is_named(data: Path, builder: Builder) -> None:
    before = calls(data), state(data)
    [file] = land([a_call()], data)
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    with pytest.raises(LakeError, match=file.name):
        builder.build()
    file.write_bytes(whole)
    assert (calls(data), state(data)) == before
    builder.build()
    assert calls(data) == before[0] + 1


@pytest.mark.parametrize("share", [0.1, 0.8], ids=lambda share: f"at {share:.0%} of the file")
def test_damaged_rows_stop_the_build_and_their_file_is_named(data: Path, builder: Builder, share: float) -> None:
    """Some columns are read before the models run, others by them."""
    before = calls(data), state(data)
    [file] = land([a_call()], data)
    whole = file.read_bytes()
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    at = 4 + int((len(whole) - footer) * share)
    file.write_bytes(whole[:at] + bytes(500) + whole[at + 500 :])
    with pytest.raises(BuildError, match=f"nothing was published.*{file.name}"):
        builder.build()
    file.write_bytes(whole)
    assert (calls(data), state(data)) == before
    builder.build()
    assert calls(data) == before[0] + 1


def test_prices_that_cannot_be_read_stop_the_build(data: Path, builder: Builder, tmp_path: Path) -> None:
    before = calls(data), state(data)
    (tmp_path / "prices.csv").write_text(PRICES.format(input="cheap"))
    with pytest.raises(PriceError, match=r"prices\.csv.*cheap"):
        Builder(data, data / "lake", PriceFiles(tmp_path / "prices.csv")).build()
    assert (calls(data), state(data)) == before


def test_changed_prices_are_a_build_of_the_calls_they_price(data: Path, builder: Builder, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    for dollars in (1, 2):
        prices.write_text(PRICES.format(input=dollars))
        outcome = Builder(data, data / "lake", PriceFiles(prices)).build()
        assert (outcome.build_id is None, outcome.is_full, outcome.new_segments) == (False, False, 0)
        with open_warehouse(data) as warehouse:
            costs = warehouse.execute("select distinct cost_usd from fct_calls").fetchall()
        assert costs == [(Decimal(dollars) / 1000 + Decimal("0.001"),)]
    assert Builder(data, data / "lake", PriceFiles(prices)).build().build_id is None


def test_a_reader_neither_waits_nor_sees_the_new_build(data: Path, builder: Builder) -> None:
    with open_warehouse(data) as reader:
        before = count(reader)
        land([a_call()], data)
        assert builder.build().build_id is not None
        assert count(reader) == before
    assert calls(data) == before + 1


def test_old_builds_go_and_take_only_their_own_facts(
    data: Path, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert builds.KEPT_BUILDS == 5
    monkeypatch.setattr(builds, "KEPT_BUILDS", 2)
    made = []
    for _ in range(3):
        land([a_call()], data)
        made.append((str(builder.build().build_id), calls(data)))
    assert state(data) == (made[-1][0], {build_id for build_id, _ in made[1:]})
    named = set()
    for build_id, its_calls in made[1:]:
        with duckdb.connect(str(Builds(data).warehouse(build_id)), read_only=True) as warehouse:
            assert count(warehouse) == its_calls
            named |= {path for (path,) in warehouse.execute("select path from meta.history_files").fetchall()}
    assert {str(path) for path in Builds(data).facts.rglob("*.parquet")} == named


def test_a_clock_set_back_keeps_what_is_published(
    data: Path, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "KEPT_BUILDS", 1)
    monkeypatch.setattr("spanledger.building.build.new_build_id", lambda: "20000101T000000000000Z-0000")
    before = calls(data)
    land([a_call()], data)
    builder.build()
    assert Builds(data).current == "20000101T000000000000Z-0000"
    assert calls(data) == before + 1


def test_the_second_of_two_builders_refuses(data: Path, builder: Builder) -> None:
    with Builds(data).lock(), pytest.raises(BuildInProgressError, match="another process is building"):
        builder.build()
    assert builder.build().build_id is None


def test_a_killed_build_leaves_the_published_one_and_the_next_starts_clean(data: Path, builder: Builder) -> None:
    before = calls(data), state(data)
    land([a_call()], data)
    process = subprocess.Popen([sys.executable, "-c", BUILD, str(data)])
    facts = Builds(data).facts
    known = set(facts.rglob("*.parquet"))
    wait_until(lambda: bool(set(facts.rglob("*.parquet")) - known), "the build to write facts")
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert (calls(data), state(data)) == before
    builder.build()
    assert calls(data) == before[0] + 1
