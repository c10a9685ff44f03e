"""One data directory keeps a lake; others land in it, or are refused and told what to do."""

import dataclasses
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.budget.arrivals import Arrivals
from collector.config import CollectorConfig
from collector.door.openapi import description
from collector.files import LockedError, make_folder, secret_key
from collector.receiver import receiver_id
from collector.store import lake_place, receivers
from collector.store.keeper import NotKeeperError, ReceiverError
from collector.store.lake import partitions, write_segment
from collector.store.lake_store import IDENTITY, store_of
from collector.store.rewriting import Period, Rewriting
from collector.wal.segments import Header
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.keeping import retention
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until
from tests.end_to_end.test_receivers import AT
from tests.end_to_end.tier import Tier
from transforms.columns import SCHEMA
from transforms.mapping import NO_MAPPING


@pytest.fixture
def config(tmp_path: Path) -> CollectorConfig:
    """Of the data directory that keeps the lake."""
    config = configuration(tmp_path / "data", lake=tmp_path / "lake")
    make_folder(config.run)
    os.close(lake_place.claim(config))
    return config


def beside(config: CollectorConfig, name: str = "other", *, has_key: bool = True) -> CollectorConfig:
    """A receiver alone."""
    other = dataclasses.replace(config, data=config.data.with_name(name), receiver_only=True)
    make_folder(other.run)
    if has_key:
        shutil.copy2(config.data / "hash.key", other.data)
    return other


def test_another_data_directory_does_none_of_the_keeper_s_work(config: CollectorConfig) -> None:
    other = dataclasses.replace(beside(config), receiver_only=False)
    said = f"kept by the data directory with receiver id {receiver_id(config.data)}"
    with pytest.raises(NotKeeperError, match=said):
        lake_place.claim(other)
    with pytest.raises(NotKeeperError, match="SPANLEDGER_RECEIVER_ONLY=true"):
        Builder(other.data, other.lake).build()
    with pytest.raises(NotKeeperError):
        Rewriting(other, NO_MAPPING, Period()).run()
    with pytest.raises(NotKeeperError):
        retention.expire(other.data, other.lake, 1, AT)
    os.close(lake_place.claim(config))


def test_a_receiver_begins_no_lake_and_hashes_with_the_lake_s_key(config: CollectorConfig, tmp_path: Path) -> None:
    nowhere = dataclasses.replace(beside(config), lake=tmp_path / "unmounted")
    with pytest.raises(ReceiverError, match="mount it, or start the collector that keeps it"):
        lake_place.claim(nowhere)
    assert not nowhere.lake.exists()
    keyless = beside(config, "keyless", has_key=False)
    with pytest.raises(ReceiverError, match=r"copy hash\.key"):
        lake_place.claim(keyless)
    secret_key(keyless.data / "hash.key")
    with pytest.raises(ReceiverError, match="another key would never match"):
        lake_place.claim(keyless)
    with pytest.raises(ReceiverError, match="keeps the lake"):
        lake_place.claim(dataclasses.replace(config, receiver_only=True))


def test_a_copy_of_a_receiver_s_data_directory_is_refused(config: CollectorConfig) -> None:
    other = beside(config)
    held = lake_place.claim(other)
    copy = dataclasses.replace(other, data=other.data.with_name("copy"))
    shutil.copytree(other.data, copy.data)
    with pytest.raises(LockedError, match=f"receiver id {receiver_id(other.data)} in the lake"):
        lake_place.claim(copy)
    os.close(held)


def test_a_lake_is_kept_by_another_when_told(config: CollectorConfig) -> None:
    new = dataclasses.replace(beside(config, "new"), receiver_only=False)
    said = ["lake", "keep", "--data", str(new.data), "--lake", str(new.lake)]
    held = lake_place.claim(config)
    refused = CliRunner().invoke(main, said)
    assert (refused.exit_code, "is in use by the collector" in refused.output) == (4, True)
    os.close(held)
    kept = CliRunner().invoke(main, said)
    assert kept.exit_code == 0, kept.output
    os.close(lake_place.claim(new))
    with pytest.raises(NotKeeperError):
        lake_place.claim(config)


def test_a_lake_of_an_earlier_version_is_kept_by_the_next_that_starts(config: CollectorConfig) -> None:
    said = json.loads((config.lake / IDENTITY).read_text())
    (config.lake / IDENTITY).write_text(json.dumps({"lake": said["lake"]}))
    os.close(lake_place.claim(config))
    assert json.loads((config.lake / IDENTITY).read_text()) == said


def test_a_receiver_takes_telemetry_and_answers_nothing_that_others_decide(tmp_path: Path) -> None:
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text("budgets: []\n")
    changes = {"compaction_interval_s": 0.2, "compaction_grace_s": 0.2, "budgets_file": budgets}
    with Tier(tmp_path, [{}], **changes) as tier:
        keeps, other = tier.collectors
        for path in ("/v1/budget/check", "/v1/budget/settle", "/v1/budget/release", "/v1/annotations", "/v1/outcomes"):
            answer = tier.post(1, path, b"{}")
            assert (answer.status, receiver_id(tier.keeper.data) in answer.body.decode()) == (421, True), path
            assert "421" in description()["paths"][path]["post"]["responses"], path
            assert tier.post(0, path, b"{}").status in (200, 400), path
        assert other.send(request(span()).SerializeToString()).status == 200
        tier.wait_until_landed()
        assert [*partitions(tier.lake / "spans")]
        listed = CliRunner().invoke(
            main, ["lake", "receivers", "--lake", str(tier.lake), "--data", str(tier.keeper.data), "--format", "json"]
        )
        said = {row["role"]: row for row in json.loads(listed.output)}
        assert said["keeps the lake"]["receiver"] == receiver_id(tier.keeper.data)
        assert (said["receiver"]["data"], said["receiver"]["state"]) == (str(tier.others[0].data), "runs")
        assert keeps.request("GET", "/readyz").status == 200
        tier.stop()
        assert [one.is_ended for one in receivers.others(store_of(tier.lake, tier.keeper.data))] == [True]


def test_what_a_receiver_has_not_landed_is_known_to_be_missing(config: CollectorConfig) -> None:
    other = beside(config)
    with Collector(config), Collector(other) as running:
        arrivals = Arrivals(config, [])
        wait_until(lambda: [*receivers.others(store_of(config.lake, config.data))], "the receiver to say how it stands")
        before = time.time_ns()
        wait_until(lambda: arrivals.as_of_ns(time.time_ns()) > before, "what arrived before now to have landed")
        config.lake.joinpath(IDENTITY).rename(config.lake / "aside")  # nothing lands there any more
        sent = time.time_ns()
        assert running.send(request(span()).SerializeToString()).status == 200
        wait_until(lambda: running.writer_state.get("error"), "landing to fail")
        assert arrivals.as_of_ns(time.time_ns()) <= sent
        (config.lake / "aside").rename(config.lake / IDENTITY)
        wait_until(lambda: arrivals.as_of_ns(time.time_ns()) > sent, "the receiver to be up to date")
        assert running.stop() == 0
    now = time.time_ns()
    assert arrivals.as_of_ns(now) == now, "one that ended with all landed holds up nobody"


def test_a_look_for_new_spans_reads_what_receivers_say_once(
    config: CollectorConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = beside(config)
    day_before = time.time_ns() - 24 * 3600 * 10**9
    hours = ("ingest_date=2020-01-01/ingest_hour=00",)
    said = receivers.Said("0badcafe", "", "", "", {}, 0, 0.0, hours, is_ended=False, said_at_ns=day_before)
    asked: list[object] = []
    monkeypatch.setattr(receivers, "others", lambda store: iter([asked.append(store) or said]))
    arrivals = Arrivals(config, [])
    for number, opened_at_ns in enumerate([time.time_ns(), 1_577_836_800 * 10**9]):
        header = Header(f"000001-{number:08d}-0badcafe", opened_at_ns)
        assert arrivals.as_of_ns(time.time_ns()) == day_before
        write_segment(other.spans, header, SCHEMA.empty_table())
        assert [segment for segment, _ in arrivals.new(is_thorough=False)] == [header.segment], (
            "also where its hour is long ago"
        )
    assert len(asked) == 2
