"""An erasure killed before any single change of a disk: every other row is there once, and the next run ends it."""

import datetime
import hashlib
import json
import signal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collector.budget.journal_files import line_of
from collector.config import CollectorConfig
from collector.store.compaction import Compaction
from collector.store.lake import write_segment
from collector.store.lake_store import store_of
from collector.wal import quarantine
from collector.wal.segments import Header, Record, encode_header, encode_record
from spanledger.erasing import places
from spanledger.erasing.erasing import Asked, Erasure
from spanledger.published.builds import Builds
from tests.collector.killing import in_child, killed_before
from tests.collector.otlp import request, span
from tests.collector.running import rows
from transforms.normalise import NormaliseOptions, Request, normalise

AT_NS = 1_700_000_000_000_000_000
USER, OTHER = "ann-4711", "joanne-1"
KEY = b"k" * 32
STEP = 3
"""Every third change, of about 140: all would take minutes. They are of few kinds, in groups of other lengths."""
OUTCOMES = "outcomes/said.parquet"


def body(*users: str) -> bytes:
    spans = [span(f"chat of {user}") for user in users]
    for one, user in zip(spans, users, strict=True):
        attribute = one.attributes.add(key="user.id")
        attribute.value.string_value = user
    return request(*spans).SerializeToString()


def prepare(config: CollectorConfig) -> None:
    """Merged files beside those they replaced, a segment in the log, quarantine, records and a journal of budgets."""
    config.log.mkdir(parents=True)
    store = store_of(config.lake, config.data)
    (config.data / "hash.key").write_bytes(KEY)
    for number, users in enumerate([(USER, OTHER), (OTHER,), (OTHER, USER)]):
        header = Header(f"000001-{number:08d}-0badcafe", AT_NS)
        table = normalise([Request(body(*users), AT_NS, None, header.segment, "span")], NormaliseOptions(False, KEY))
        write_segment(config.spans, header, table, store)
    Compaction(config.spans, max_rows=1000, grace_s=3600, store=store).run(datetime.datetime.now(datetime.UTC), [])
    header = Header("000002-00000001-0badcafe", AT_NS + 1)
    records = [Record(AT_NS, None, body(USER, OTHER)), Record(AT_NS, None, b"\xff\xff" + USER.encode())]
    content = b"".join([encode_header(header), *(encode_record(one, header.segment) for one in records)])
    (config.log / f"{header.segment}.log").write_bytes(content)
    aside = quarantine.Reason("000003-00000001-0badcafe", 0, f"{USER} could not be read", AT_NS, None, "span", 2)
    quarantine.set_aside(config.quarantine, aside, body(USER, OTHER))
    lost = quarantine.Reason("000003-00000002-0badcafe", 0, "the header is not that of a log segment")
    damaged = b"?" * 40 + content[len(encode_header(header)) :]
    quarantine.set_aside(config.quarantine, lost, damaged, label=quarantine.SEGMENT)
    (config.data / "records" / "outcomes").mkdir(parents=True)
    said = pa.table({"organization": ["", "acme"], "note": [f"said by {USER}"] * 2})
    pq.write_table(said, config.data / "records" / OUTCOMES)
    (config.data / "budget").mkdir()
    (config.data / "budget" / "00000001.journal").write_bytes(line_of({"counter": f"b user_id={USER}@"}) + b"\n")
    (config.data / "run").mkdir(exist_ok=True)
    (config.data / "run" / "build_log.json").write_text(json.dumps({"why": f"a fault of {USER}"}))


def erase(config: CollectorConfig) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC)
    return Erasure(config, config.lake, Asked(None, USER), (), lambda: None).run(now)


def span_names(config: CollectorConfig) -> list[tuple[bytes, str]]:
    table = rows(config).select(["span_id", "user_id"])
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True))


def naming(config: CollectorConfig) -> dict[str, str]:
    """Files of this machine in which the id stands, by their plain bytes or their values, and their digests."""
    found = {}
    for path in (path for path in sorted(config.data.rglob("*")) if path.is_file()):
        content = path.read_bytes()
        values = str(pq.ParquetFile(path).read().to_pylist()).encode() if path.suffix == ".parquet" else b""
        if USER.encode() in content or USER.encode() in values:
            found[str(path.relative_to(config.data))] = hashlib.sha256(content).hexdigest()
    return found


def test_killed_anywhere_the_next_run_ends_it(tmp_path: Path) -> None:
    number, code = 1 - STEP, -signal.SIGKILL
    while code == -signal.SIGKILL:
        number += STEP
        config = CollectorConfig(data=tmp_path / str(number), lake=tmp_path / str(number) / "lake")
        prepare(config)
        Builds(config.data)
        named, spans = naming(config), span_names(config)

        def killed(number: int = number, config: CollectorConfig = config) -> None:
            killed_before(number)
            erase(config)

        code = in_child(killed)
        left = span_names(config)
        assert {one for one, _ in spans} <= {one for one, _ in left}, "a span is lost"
        assert len({one for one, _ in left}) == len(left), "a span is there twice"
        if code:
            erase(config)
        assert set(naming(config)) == {f"records/{OUTCOMES}"}, "what acme said is acme's"
        assert pq.read_table(config.data / "records" / OUTCOMES)["note"].to_pylist()[0] != f"said by {USER}"
        after = span_names(config)
        assert len(after) == len(spans) + 2, "the log has landed"
        assert sum(user == OTHER for _, user in after) == 4
        assert not list(config.log.glob("*.log"))
        receipts = [json.loads(path.read_text()) for path in (config.data / "records" / "erasures").glob("[!.]*.json")]
        assert {one["subject"] for one in receipts} == {receipts[0]["subject"]}
        changes = [change for one in receipts for change in one["changes"]]
        before = {change["path"]: change["sha256_before"] for change in changes}
        log = {name for name in named if name.startswith("log/0")}
        assert {name: digest for name, digest in named.items() if name not in log}.items() <= before.items()
        items = {item.id: item for item in quarantine.items(config.quarantine)}
        assert places.rows_naming(items["000003-00000001-0badcafe.0"].path, places.Kind.QUARANTINE, other()) == 1
    assert number > 100


def other() -> Any:
    from transforms.erasure import Subject

    return Subject("", (OTHER,), "x")
