"""`spanledger quarantine`: what cannot be read is listed, shown, and read again once it can be."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.config import CollectorConfig
from collector.files import make_folder, secret_key
from collector.store.landing import Lander
from collector.wal import quarantine
from collector.wal.fates import LANDED_NAME, Ledger
from collector.wal.segments import Header, Record, encode_header, encode_record
from spanledger.cli import main
from spanledger.exits import FAILED, USAGE
from tests.collector.otlp import request, span
from tests.collector.running import rows, span_ids

HOUR_NS = 1_700_000_000_000_000_000  # 2023-11-14T22:13:20Z
SPANS = [span(), span()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def config(data: Path) -> CollectorConfig:
    """A quarantine with a request that can be read by now, one that cannot, and a damaged place."""
    config = CollectorConfig(data=data, lake=data / "lake")
    readable = quarantine.Reason("000001-00000001-0badcafe", 4, "the reader was broken", HOUR_NS, "acme", "span", 2)
    quarantine.set_aside(config.quarantine, readable, request(*SPANS).SerializeToString())
    hopeless = quarantine.Reason("000001-00000002-0badcafe", 0, "the reason of yesterday", HOUR_NS, None, "log", 1)
    quarantine.set_aside(config.quarantine, hopeless, b"\xff\xff")
    damage = quarantine.Reason("000001-00000003-0badcafe", 0, "the record's checksum is wrong")
    quarantine.set_aside(config.quarantine, damage, b"who am I?", label=quarantine.DAMAGE)
    return config


READABLE, HOPELESS = "000001-00000001-0badcafe.4", "000001-00000002-0badcafe.0"
DAMAGE = "000001-00000003-0badcafe.damage0"


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["quarantine", *words], catch_exceptions=False)


def said(result: Result) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_list_has_a_row_for_each_with_its_reason(config: CollectorConfig, data: Path) -> None:
    found = said(call("list", "--data", str(data), "--format", "json"))
    assert [one["id"] for one in found] == [READABLE, HOPELESS, DAMAGE]
    assert [one["kind"] for one in found] == ["request", "request", "bytes of the log"]
    first = found[0]
    assert (first["organization"], first["items"], first["reason"]) == ("acme", 2, "the reader was broken")
    assert str(first["received_at"]).startswith("2023-11-14 22:13:20")
    table = call("list", "--data", str(data))
    assert "the reason of yesterday" in table.output


def test_an_empty_quarantine_is_no_fault(data: Path) -> None:
    assert said(call("list", "--data", str(data), "--format", "json")) == []
    assert call("replay", "--data", str(data)).exit_code == 0


def test_show_says_where_the_bytes_are(config: CollectorConfig, data: Path) -> None:
    found = {
        one["field"]: one["value"] for one in said(call("show", HOPELESS, "--data", str(data), "--format", "json"))
    }
    assert found["file"] == str(config.quarantine / f"{HOPELESS}.bin")
    assert found["begins"] == "ff ff"
    assert found["reason"] == "the reason of yesterday"
    missing = call("show", "nobody", "--data", str(data))
    assert missing.exit_code == USAGE
    assert "not in quarantine: nobody" in missing.output


def test_replay_lands_what_can_be_read_and_says_why_the_rest_cannot(config: CollectorConfig, data: Path) -> None:
    done = call("replay", "--data", str(data), "--format", "json")
    assert done.exit_code == FAILED
    assert "2 of 3 still cannot be read" in done.stderr
    landed, failed, damaged = said(done)
    assert (landed["id"], landed["is_landed"], landed["rows"]) == (READABLE, True, 2)
    assert (failed["is_landed"], damaged["is_landed"]) == (False, False)
    assert "not a serialized" in str(failed["reason"])
    assert sorted(span_ids(config)) == sorted(one.span_id for one in SPANS)
    table = rows(config)
    assert set(table["organization"].to_pylist()) == {"acme"}
    assert set(table["received_at_ns"].to_pylist()) == {HOUR_NS}
    left = said(call("list", "--data", str(data), "--format", "json"))
    assert [one["id"] for one in left] == [HOPELESS, DAMAGE]
    assert "not a serialized" in str(left[0]["reason"]), "the reason of today"
    call("replay", "--data", str(data))
    assert len(span_ids(config)) == 2


def test_a_damaged_place_that_was_repaired_lands_beside_the_rest_of_its_segment(data: Path) -> None:
    config = CollectorConfig(data=data, lake=data / "lake")
    header = Header("000001-00000004-0badcafe", HOUR_NS)
    spans = [span() for _ in range(3)]
    good = [
        encode_record(Record(HOUR_NS, None, request(one).SerializeToString(), items=1), header.segment) for one in spans
    ]
    bad = bytearray(good[1])
    bad[60] ^= 1
    path = config.log / f"{header.segment}.log"
    make_folder(config.log)
    path.write_bytes(encode_header(header) + good[0] + bad + good[2])
    Lander(config, secret_key(data / "hash.key"), Ledger(config.run / LANDED_NAME)).land(path)
    assert len(span_ids(config)) == 2
    assert call("replay", "--data", str(data)).exit_code == FAILED, "nothing has been repaired"
    (item,) = quarantine.items(config.quarantine)
    item.path.write_bytes(good[1])
    assert call("replay", "--data", str(data)).exit_code == 0
    assert sorted(span_ids(config)) == sorted(one.span_id for one in spans)
    assert not list(quarantine.items(config.quarantine))


def test_only_those_that_are_named_are_read_again(config: CollectorConfig, data: Path) -> None:
    assert call("replay", HOPELESS, "--data", str(data)).exit_code == FAILED
    assert not config.spans.exists()
    unknown = call("replay", READABLE, "nobody", "--data", str(data))
    assert unknown.exit_code == USAGE
    assert call("replay", READABLE, "--data", str(data)).exit_code == 0
    assert len(span_ids(config)) == 2


def test_a_broken_reason_names_its_file(config: CollectorConfig, data: Path) -> None:
    (config.quarantine / f"{HOPELESS}.json").write_text("{")
    result = call("list", "--data", str(data))
    assert result.exit_code == FAILED
    assert f"{HOPELESS}.json" in result.output


def test_bytes_without_a_reason_are_still_listed(config: CollectorConfig, data: Path) -> None:
    (config.quarantine / f"{HOPELESS}.json").unlink()
    found = said(call("list", "--data", str(data), "--format", "json"))
    assert [one["reason"] for one in found if one["id"] == HOPELESS] == ["not said"]
