"""A lake in an object store, with real processes: nothing is lost, nothing doubled, and figures are those of a disk."""

import os
import random
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.store.compaction import Compaction
from collector.store.lake import active_files
from collector.store.lake_store import store_of
from collector.store.object_path import ObjectPath
from sample_traces import company
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from spanledger.running.explorer import environment
from spanledger.settings import load_settings
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, span_ids, wait_until
from tests.end_to_end.storm import SENDERS, Storm
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land
from tests.object_store import SECRET, CuttingRelay, ObjectServer

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
KILLS = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    server = ObjectServer(tmp_path_factory.mktemp("weed"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def lake(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> ObjectPath:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server.new_lake()


def test_kills_lose_and_double_nothing(lake: ObjectPath, tmp_path: Path) -> None:
    config = configuration(tmp_path, lake=lake, log_segment_max_age_s=0.15)
    with Storm(config, chance=random.Random()) as storm:
        for number in range(KILLS):
            storm.wait_for_more()
            if number % 2:
                storm.kill_writer()
            else:
                storm.kill()
                storm.start()
        assert storm.stop() == 0, storm.collector.errors()
        balance = storm.balance(is_modelled=False)
    assert balance.is_right, balance
    assert balance.acknowledged >= KILLS * SENDERS
    assert storm.collector.waiting() == []


def test_uploads_that_are_cut_leave_nothing_and_are_made_again(
    server: ObjectServer, lake: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = CuttingRelay(server.ports["s3.port"], cuts=25)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{relay.port}")
    config = configuration(tmp_path / "data", lake=lake)
    sent = [span() for _ in range(300)]
    # the lake is made known while nothing is cut, as it was before the network went bad
    cuts, relay.cuts_left = relay.cuts_left, 0
    with Collector(config) as collector:
        relay.cuts_left = cuts
        for start in range(0, len(sent), 100):
            assert collector.send(request(*sent[start : start + 100]).SerializeToString()).status == 200
        wait_until(lambda: relay.cuts_left <= 0 and not collector.waiting(), "everything to be put")
        assert collector.stop() == 0, collector.errors()
    relay.close()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    assert sorted(span_ids(configuration(tmp_path / "reader", lake=lake))) == sorted(one.span_id for one in sent)


def test_a_store_that_is_away_lets_the_log_grow_and_gets_everything_when_it_is_back(
    server: ObjectServer, lake: ObjectPath, tmp_path: Path
) -> None:
    config = configuration(tmp_path / "data", lake=lake)
    sent = [span() for _ in range(9)]

    def send(collector: Collector, number: int) -> None:
        body = request(*sent[3 * number : 3 * number + 3]).SerializeToString()
        assert collector.send(body).status == 200

    with Collector(config) as collector:
        send(collector, 0)
        wait_until(lambda: not collector.waiting(), "the first to land")
        server.stop()
        send(collector, 1)
        wait_until(lambda: collector.request("GET", "/readyz").status == 503, "the collector to say so")
        assert b"cannot be reached" in collector.request("GET", "/readyz").body
        assert b"spanledger_ready 0" in collector.request("GET", "/metrics").body
        collector.kill()
    with Collector(config) as collector:  # who starts meanwhile takes requests, too
        send(collector, 2)
        assert len(collector.waiting()) >= 1
        server.start()
        wait_until(lambda: not collector.waiting(), "everything to go up")
        wait_until(lambda: collector.request("GET", "/readyz").status == 200, "the collector to be ready")
        assert collector.stop() == 0, collector.errors()
    assert sorted(span_ids(config)) == sorted(one.span_id for one in sent)


@pytest.mark.timeout(900)  # four builds beside endless merging
def test_builds_of_an_object_store_are_those_of_the_same_lake_on_disk(lake: ObjectPath, tmp_path: Path) -> None:
    history = company.simulate(11, days=6, scale=0.03, end=date(2026, 11, 2))
    bodies = list(company.requests(history, spans_per_request=20))
    disk, cloud = tmp_path / "disk", tmp_path / "cloud"
    cloud.mkdir()
    company.write_prices(history, tmp_path / "prices.csv")
    on_disk, in_cloud = (
        Builder(data, place, PriceFiles(tmp_path / "prices.csv"), clock=lambda: NOW)
        for data, place in ((disk, disk / "lake"), (cloud, lake))
    )
    store, half = store_of(lake, cloud), len(bodies) // 2
    for part in (bodies[:half], bodies[half:]):
        for path in land(part, disk, per_segment=2):
            there = lake / path.relative_to(disk / "lake")
            store.aside(there).write_bytes(path.read_bytes())
            store.publish(there)
        merging = threading.Thread(target=_merge_again_and_again, args=(lake, cloud))
        merging.start()
        made = in_cloud.build()
        merging.join()
        assert made.new_segments > 0
        assert made.is_full == (part == bodies[:half])
    assert made.lake_rows == on_disk.build().lake_rows
    assert unequal_marts(disk, cloud) == {}
    assert any(len(file.segments) > 1 for file in active_files(lake, store)), "nothing was merged meanwhile"
    assert in_cloud.build().build_id is None, "what was merged is nothing new"
    moved = Builder(disk, lake, PriceFiles(tmp_path / "prices.csv"), clock=lambda: NOW)
    assert moved.build().build_id is None, "a lake that moved to the store is nothing new"
    assert not [path for path in cloud.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def _merge_again_and_again(lake: ObjectPath, data: Path) -> None:
    """As the writer does, beside builds."""
    for max_rows in (200, 1000, 5000, 10**6):
        Compaction(lake / "spans", max_rows=max_rows, grace_s=3600, store=store_of(lake, data)).run(NOW, [])


@pytest.mark.parametrize("command", ["build", "doctor"])
def test_a_command_that_is_not_let_in_names_the_setting(
    lake: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    said = CliRunner().invoke(main, [command, "--data", str(tmp_path), "--lake", str(lake)])
    assert said.exit_code == 1, said.output
    assert "see AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY" in said.output


def test_a_backup_leaves_the_lake_out_and_a_restore_goes_on_beside_it(lake: ObjectPath, tmp_path: Path) -> None:
    config = configuration(tmp_path / "data", lake=lake)
    sent = [span() for _ in range(4)]
    with Collector(config) as collector:
        assert collector.send(request(*sent[:2]).SerializeToString()).status == 200
        wait_until(lambda: not collector.waiting(), "the first to land")
        assert collector.stop() == 0, collector.errors()
    place = ["--data", str(config.data), "--lake", str(lake)]
    said = CliRunner().invoke(main, ["backup", str(tmp_path / "backup"), *place])
    assert said.exit_code == 0, said.output
    assert f"the lake is not in it: {lake} keeps copies by its own means" in said.output
    again = configuration(tmp_path / "again", lake=lake)
    said = CliRunner().invoke(
        main, ["restore", str(tmp_path / "backup"), "--data", str(again.data), "--lake", str(lake)]
    )
    assert said.exit_code == 0, said.output
    with Collector(again) as collector:
        assert collector.send(request(*sent[2:]).SerializeToString()).status == 200
        wait_until(lambda: not collector.waiting(), "the rest to land")
        assert collector.stop() == 0, collector.errors()
    assert sorted(span_ids(again)) == sorted(one.span_id for one in sent)


def test_spans_are_removed_by_age(lake: ObjectPath, tmp_path: Path) -> None:
    store = store_of(lake, tmp_path)
    for path in land([request(span()).SerializeToString() for _ in range(3)], tmp_path / "other"):
        there = lake / path.relative_to(tmp_path / "other" / "lake")
        store.aside(there).write_bytes(path.read_bytes())
        store.publish(there)
    place = ["--data", str(tmp_path), "--lake", str(lake)]
    asked = ["retention", *place, "--keep-spans-days", "1"]
    refused = CliRunner().invoke(main, asked)
    assert (refused.exit_code, "run spanledger build" in refused.output) == (1, True), refused.output
    Builder(tmp_path, lake).build()
    for more, verb in ((["--dry-run"], "would go"), ([], "removed")):
        said = CliRunner().invoke(main, [*asked, *more])
        assert said.exit_code == 0, said.output
        assert said.output.startswith("2026-11-02 (spans): 3 spans")
        assert verb in said.output
        assert len(active_files(lake, store)) == (1 if more else 0)
    assert "nothing arrived more than 1 days ago" in CliRunner().invoke(main, asked).output


def test_the_explorer_is_started_without_what_opens_the_store(lake: ObjectPath, tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, lake=str(lake))
    assert SECRET in os.environ.values()
    assert SECRET not in environment(settings).values()
    assert not {"AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"} & set(environment(settings))
