"""A data directory that the first version wrote goes on with today's: lake, log, facts and published build."""

import json
import tarfile
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from collector import data_format
from collector.store.lake import active_files
from spanledger.building.build import Builder
from spanledger.building.building import NOT_BUILT
from spanledger.cli import main
from spanledger.exits import FAILED
from spanledger.published.builds import Builds
from tests.collector.running import Collector, configuration
from tests.lake import one, open_warehouse, published

FIRST_VERSION = Path(__file__).parent / "first_version" / "data.tar.xz"
MADE_AT = "/srv/spanledger"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """That directory, where its facts are found."""
    data = tmp_path / "data"
    with tarfile.open(FIRST_VERSION) as archive:
        archive.extractall(data, filter="data")
    with duckdb.connect(str(published(data))) as connection:
        connection.execute("update meta.history_files set path = replace(path, ?, ?)", [MADE_AT, str(data)])
    return data


def test_the_first_version_s_data_goes_on(data: Path) -> None:
    old_build = Builds(data).current
    old_calls = str(data / "facts" / "int_calls" / "*" / f"{old_build}_*.parquet")
    with Collector(configuration(data)) as collector:
        assert collector.stop() == 0
    assert not collector.waiting(), "what the first version acknowledged and had not landed is still in the log"
    assert sum(file.rows for file in active_files(data / "lake")) == 49, "24 in its lake and 25 in its log"

    outcome = Builder(data, data / "lake").build()
    assert outcome.is_full, "a build of another version is not carried on from"
    with open_warehouse(data) as warehouse:
        warehouse.execute(f"create temp view was as from read_parquet('{old_calls}')")
        said = "organization, trace_id, span_id, input_tokens, cached_input_tokens, output_tokens, request_model, date"
        assert one(warehouse, "select count(*) from was") == (22,)
        assert warehouse.execute(f"select {said} from was except select {said} from fct_calls").fetchall() == []
        # Bedrock's regional endpoints have a price of their own since (CHANGELOG.md): said, call by call
        changed = warehouse.execute(
            "select was.call_id, was.cost_usd, now.cost_usd from was inner join fct_calls as now using (call_id) "
            "where was.cost_usd is distinct from now.cost_usd order by all"
        ).fetchall()
        restated = (
            "select call_id, old_cost_usd, new_cost_usd from fct_restatements where reason = 'price' order by all"
        )
        assert changed == warehouse.execute(restated).fetchall()
        assert len(changed) < 10
    assert json.loads((data / data_format.NAME).read_text())["format"] == data_format.FORMAT


def test_a_later_version_s_data_is_left_alone(tmp_path: Path) -> None:
    config = configuration(tmp_path / "data")
    config.data.mkdir()
    (config.data / data_format.NAME).write_text('{"format": 99, "written_by": "9.1"}')
    with pytest.raises(NOT_BUILT, match=r"has format 99, written by version 9\.1"):
        Builder(config.data, config.lake).build()
    with pytest.raises(AssertionError, match=r"written by version 9\.1; this is version"), Collector(config):
        pass
    for words in (["quarantine", "replay"], ["outcome", "success", "--task", "1"], ["sql", "select 1"]):
        ran = CliRunner().invoke(main, [*words, "--data", str(config.data)])
        assert (ran.exit_code, "written by version 9.1" in ran.output) == (FAILED, True), ran.output
    assert not (config.data / "records").exists()
    assert not list(config.lake.rglob("*.parquet"))
    assert (config.data / data_format.NAME).read_text() == '{"format": 99, "written_by": "9.1"}'
