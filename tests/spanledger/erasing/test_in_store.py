"""A user taken out of a lake on a real S3 server: what is left there is read by other code than the product's."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from collector.config import CollectorConfig
from collector.store.object_client import ObjectClient
from collector.store.object_path import ObjectPath
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.published.builds import Builds
from tests.killing_changes import KilledError, killed_before
from tests.lake import open_warehouse
from tests.object_store import ObjectServer
from tests.spanledger.erasing.test_killed import OTHER, USER, erase, naming, prepare, span_names

STEP = 3
"""Every third change, of some 50."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    server = ObjectServer(tmp_path_factory.mktemp("weed"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def environment(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)


def objects(lake: ObjectPath) -> dict[str, bytes]:
    client = ObjectClient(lake)
    return {str(one.path): client.get(one.path) for one in client.list(lake)}


def naming_objects(lake: ObjectPath) -> set[str]:
    """Those in which the id stands, by their plain bytes or their values."""
    found = set()
    for name, content in objects(lake).items():
        values = str(pq.read_table(io.BytesIO(content)).to_pylist()) if name.endswith(".parquet") else ""
        if USER.encode() in content or USER in values:
            found.add(name)
    return found


@pytest.mark.timeout(600)
def test_killed_anywhere_the_next_run_ends_it(server: ObjectServer, tmp_path: Path) -> None:
    number, was_killed = 1 - STEP, True
    while was_killed:
        number += STEP
        lake = server.new_lake()
        config = CollectorConfig(data=tmp_path / str(number), lake=lake)
        prepare(config)
        Builds(config.data)
        before, spans = objects(lake), span_names(config)
        with pytest.MonkeyPatch.context() as patch:
            killed_before(number, patch)
            try:
                erase(config)
                was_killed = False
            except KilledError:
                pass
        left = [one for one, _ in span_names(config)]
        assert {one for one, _ in spans} <= set(left), "a span is lost"
        assert len(set(left)) == len(left), "a span is there twice"
        if was_killed:
            erase(config)
        assert naming_objects(lake) == set()
        assert set(naming(config)) == {"records/outcomes/said.parquet"}, "what acme said is acme's"
        after = span_names(config)
        assert len(after) == len(spans) + 2, "the log has landed"
        assert sum(user == OTHER for _, user in after) == 4
        receipts = [json.loads(path.read_text()) for path in (config.data / "records" / "erasures").glob("[!.]*.json")]
        changed = {change["path"] for one in receipts for change in one["changes"]}
        assert {name for name in before if name not in objects(lake)} <= changed, "what went is in no receipt"
        assert all("versions of removed objects" in str(one["not_reached"]) for one in receipts)
    assert number > 30


def test_the_command_erases_and_builds_anew(server: ObjectServer, tmp_path: Path) -> None:
    lake = server.new_lake()
    config = CollectorConfig(data=tmp_path, lake=lake)
    prepare(config)
    (tmp_path / "records" / "outcomes" / "said.parquet").unlink()
    Builder(tmp_path, lake).build()
    place = ["--data", str(tmp_path), "--lake", str(lake)]
    named = CliRunner().invoke(main, ["delete-user", USER, *place, "--verify"])
    assert (named.exit_code, "name the user" in named.output) == (1, True), named.output
    assert naming_objects(lake)
    done = CliRunner().invoke(main, ["delete-user", USER, *place])
    assert done.exit_code == 0, done.output
    assert "versions of removed objects, where the bucket keeps them, still hold the user" in done.output
    assert naming_objects(lake) == set()
    again = CliRunner().invoke(main, ["delete-user", USER, *place, "--verify"])
    assert again.exit_code == 0, again.output
    with open_warehouse(tmp_path) as warehouse:
        users = [user for (user,) in warehouse.execute("select user_id from facts.int_spans").fetchall()]
    assert users.count(OTHER) == 4
    assert USER not in users
    assert len(users) == 7
