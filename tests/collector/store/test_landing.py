"""From sealed segment to lake file: exactly once, whatever dies when."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from collector.config import CollectorConfig
from collector.store.lake import active_files
from collector.store.landing import Lander
from collector.store.replaying import Replay
from collector.wal import quarantine
from collector.wal.deaths import DEATHS, Deaths
from collector.wal.fates import LANDED_NAME, Fates, Ledger
from collector.wal.segments import LOGS, METRICS, TRACES, Header, Record, encode_header, encode_record
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, rows, span_ids, wait_until
from tests.transforms.agent_logs import claude_metrics, claude_request, logs
from transforms.columns import SCHEMA

KEY = bytes(32)
HEADER = Header("000001-00000001-0badcafe", 1_700_000_000_000_000_000)  # 2023-11-14T22:13:20Z


def segment(
    config: CollectorConfig, bodies: list[bytes], header: Header = HEADER, organization: str | None = None
) -> Path:
    config.log.mkdir(parents=True, exist_ok=True)
    records = [Record(header.opened_at_ns + number, organization, body) for number, body in enumerate(bodies)]
    path = config.log / f"{header.segment}.log"
    path.write_bytes(b"".join([encode_header(header), *(encode_record(each, header.segment) for each in records)]))
    return path


def land(config: CollectorConfig, path: Path) -> Fates:
    """As a writer that has just started does."""
    return Lander(config, KEY, Ledger(config.run / LANDED_NAME)).land(path)


@pytest.fixture
def config(tmp_path: Path) -> CollectorConfig:
    return configuration(tmp_path)


def test_a_segment_becomes_one_file_of_its_hour(config: CollectorConfig) -> None:
    spans = [span() for _ in range(5)]
    path = segment(
        config, [request(*spans[:2]).SerializeToString(), request(*spans[2:]).SerializeToString()], organization="acme"
    )
    assert land(config, path) == Fates(landed_requests=2, landed_items=5, rows=5)
    assert not path.exists()
    (file,) = active_files(config.lake)
    assert file.path == config.spans / "ingest_date=2023-11-14" / "ingest_hour=22" / f"{HEADER.segment}.parquet"
    assert (file.segments, file.rows) == ((HEADER.segment,), 5)
    table = rows(config)
    assert table.schema == SCHEMA
    assert table["span_id"].to_pylist() == [one.span_id for one in spans]
    assert set(table["segment"].to_pylist()) == {HEADER.segment}
    assert set(table["organization"].to_pylist()) == {"acme"}
    assert table["received_at_ns"].to_pylist() == [HEADER.opened_at_ns] * 2 + [HEADER.opened_at_ns + 1] * 3


def test_logs_and_metrics_land_beside_the_spans_and_either_can_be_there_alone(config: CollectorConfig) -> None:
    bodies = [
        (TRACES, request(span()).SerializeToString()),
        (LOGS, logs(claude_request()).SerializeToString()),
        (METRICS, claude_metrics([("input", 5.0, 60)]).SerializeToString()),
    ]
    records = [Record(HEADER.opened_at_ns, None, body, signal) for signal, body in bodies]
    content = b"".join([encode_header(HEADER), *(encode_record(each, HEADER.segment) for each in records)])
    path = segment(config, [])
    for _ in range(2):  # again as after a crash before the segment was removed
        path.write_bytes(content)
        assert land(config, path) == Fates(landed_requests=3, landed_items=3, rows=3)
        spans, others = active_files(config.lake)
        assert (spans.rows, others.rows) == (1, 2)
        assert others.segments == (f"{HEADER.segment}.logs",)
        assert others.path.is_relative_to(config.logs)
        assert pq.read_table(others.path)["signal"].to_pylist() == ["log", "metric"]
    spans.path.unlink()  # as after a crash between the two
    path.write_bytes(content)
    assert land(config, path) == Fates(landed_requests=3, landed_items=3, rows=3)
    assert Ledger(config.run / LANDED_NAME).total == Fates(landed_requests=3, landed_items=3, rows=3), "counted once"


def test_ids_are_not_stored_as_dictionaries_and_times_as_deltas(config: CollectorConfig) -> None:
    land(config, segment(config, [request(*[span() for _ in range(50)]).SerializeToString()]))
    (file,) = active_files(config.lake)
    group = pq.read_metadata(file.path).row_group(0)
    columns = {group.column(index).path_in_schema: group.column(index) for index in range(group.num_columns)}
    assert columns["span_id"].compression == "ZSTD"
    assert not columns["span_id"].has_dictionary_page
    assert columns["name"].has_dictionary_page
    assert columns["attributes.key_value.key"].has_dictionary_page
    assert "DELTA_BINARY_PACKED" in columns["start_time_unix_nano"].encodings


@pytest.mark.parametrize("bad", [0, 7, 19])
def test_a_request_that_cannot_be_read_is_set_aside_and_the_others_land(config: CollectorConfig, bad: int) -> None:
    spans = [span() for _ in range(20)]
    bodies = [request(one).SerializeToString() for one in spans]
    bodies[bad] = b"\xff\xffnot protobuf"
    landed = land(config, segment(config, bodies, organization="acme"))
    assert landed == Fates(landed_requests=19, landed_items=19, rows=19, quarantined=1)
    assert span_ids(config) == [one.span_id for number, one in enumerate(spans) if number != bad]
    (kept,) = config.quarantine.glob("*.bin")
    assert kept.read_bytes() == bodies[bad]
    reason = json.loads(kept.with_suffix(".json").read_text())
    assert reason.pop("reason")
    assert reason == {
        "segment": HEADER.segment,
        "number": bad,
        "received_at_ns": HEADER.opened_at_ns + bad,
        "organization": "acme",
        "signal": "span",
        "items": None,
    }


def test_when_nothing_can_be_read_all_is_set_aside(config: CollectorConfig) -> None:
    assert land(config, segment(config, [b"\xff", b"\xfe"])) == Fates(quarantined=2)
    assert active_files(config.lake) == []
    assert len(list(config.quarantine.glob("*.bin"))) == 2


def test_a_damaged_place_is_set_aside_and_what_surrounds_it_lands(config: CollectorConfig) -> None:
    spans = [span() for _ in range(3)]
    path = segment(config, [request(one).SerializeToString() for one in spans])
    content = bytearray(path.read_bytes())
    content[content.find(request(spans[1]).SerializeToString()) + 5] ^= 1
    path.write_bytes(content)
    assert land(config, path) == Fates(landed_requests=2, landed_items=2, rows=2, damages=1)
    assert span_ids(config) == [spans[0].span_id, spans[2].span_id]
    (kept,) = config.quarantine.glob("*.damage0.bin")
    assert kept.read_bytes() in content


def test_a_file_that_is_no_segment_is_set_aside(config: CollectorConfig) -> None:
    config.log.mkdir(parents=True)
    path = config.log / "000001-00000009-0badcafe.log"
    path.write_bytes(b"who am I?")
    assert land(config, path) == Fates(damages=1)
    assert not path.exists()
    assert (config.quarantine / "000001-00000009-0badcafe.segment0.bin").read_bytes() == b"who am I?"


@pytest.mark.parametrize("step", ["land", "compact", "merge", "rewrite", "replay"])
def test_killed_before_each_change_of_the_disk_every_span_is_there_once(tmp_path: Path, step: str) -> None:
    command = [sys.executable, "-m", "tests.collector.killing", step, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 8, "fewer steps than it can be done in: the kills did not hit"


def test_a_killed_writer_is_started_again_and_goes_on(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    sent: list[bytes] = []
    with Collector(config) as collector:
        for _ in range(3):
            wait_until(lambda: collector.writer_state.get("pid"), "a writer")
            before = collector.writer_state["pid"]
            subprocess.run(["kill", "-9", str(before)], check=True)
            one = span()
            assert collector.send(request(one).SerializeToString()).status == 200
            sent.append(one.span_id)
            wait_until(lambda before=before: collector.writer_state["pid"] != before, "another writer")
        wait_until(lambda: sorted(span_ids(config)) == sorted(sent), "the spans to land")
        assert "the writer ended with -9; starting it again" in collector.errors()
        assert "spanledger_writer_restarts_total 3" in collector.request("GET", "/metrics").body.decode()
        assert collector.stop() == 0


def test_a_lake_that_cannot_be_written_keeps_the_log_and_says_so(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    config = configuration(tmp_path / "data", lake=lake)
    with Collector(config) as collector:
        config.spans.rmdir()
        config.spans.write_text("in the way")
        one = span()
        assert collector.send(request(one).SerializeToString()).status == 200
        wait_until(lambda: collector.request("GET", "/readyz").status == 503, "readiness to notice")
        assert "cannot be landed" in collector.request("GET", "/readyz").body.decode()
        assert len(collector.waiting()) == 1
        config.spans.unlink()
        wait_until(lambda: span_ids(config) == [one.span_id], "the span to land")
        wait_until(lambda: collector.request("GET", "/readyz").status == 200, "readiness to return")
        assert collector.stop() == 0


def test_a_segment_over_which_the_writer_is_killed_is_set_aside_too(config: CollectorConfig) -> None:
    """Nine deaths are borne, one of them seen only at the next start."""
    one = span()
    path = segment(config, [request(one).SerializeToString()])
    name = path.stem
    config.run.mkdir()
    deaths = Deaths(config, None)
    for _ in range(DEATHS - 2):
        deaths.count(name, -signal.SIGKILL)
    deaths = Deaths(config, name)  # the collector died as well
    assert path.exists()
    content = path.read_bytes()
    deaths.count(name, -signal.SIGKILL)
    assert not path.exists()
    (kept,) = config.quarantine.glob("*.segment0.bin")
    assert kept.read_bytes() == content
    assert f"died {DEATHS} times" in kept.with_suffix(".json").read_text()
    (replayed,) = Replay(config).run(quarantine.items(config.quarantine))
    assert (replayed.reason, replayed.fates.rows) == (None, 1)
    assert span_ids(config) == [one.span_id]


def test_a_segment_that_crashes_the_writer_again_and_again_is_set_aside(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    config = configuration(tmp_path / "data", lake=lake)
    with Collector(config) as collector:
        config.spans.rmdir()
        config.spans.write_text("in the way")  # so that the segment stays at hand
        bad = span()
        body = request(bad).SerializeToString()
        assert collector.send(body).status == 200
        for _ in range(3):
            wait_until(lambda: collector.writer_state.get("current_segment"), "the writer to take the segment")
            before = collector.writer_state["pid"]
            os.kill(before, signal.SIGSEGV)
            wait_until(lambda before=before: collector.writer_state["pid"] != before, "another writer")
        wait_until(lambda: not collector.waiting(), "the segment to be set aside")
        config.spans.unlink()
        (kept,) = config.quarantine.glob("*.segment0.bin")
        assert body in kept.read_bytes()
        assert "crashed 3 times" in kept.with_suffix(".json").read_text()
        one = span()
        assert collector.send(request(one).SerializeToString()).status == 200
        wait_until(lambda: span_ids(config) == [one.span_id], "the next span to land")
        (replayed,) = Replay(config).run(quarantine.items(config.quarantine))  # beside the running collector
        assert (replayed.reason, replayed.fates.rows) == (None, 1)
        assert sorted(span_ids(config)) == sorted([one.span_id, bad.span_id])
        assert not list(config.quarantine.iterdir())
        metrics = collector.request("GET", "/metrics").body.decode()
        for name in ("quarantined", "quarantined_items", "replayed", "replayed_items", "landed_items"):
            assert f"spanledger_{name}_total 1\n" in metrics
        assert collector.stop() == 0
