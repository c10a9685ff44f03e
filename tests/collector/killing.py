"""Kills a process before its n-th call that changes a disk, for every n. Run as a program; see `main`.

The steps run in forked processes that really die by SIGKILL, each on a folder of its own: first the step killed, then
what a reader sees, then the step again to its end, then what a reader sees.
"""

import datetime
import functools
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import collector.store.landing
from collector.config import CollectorConfig
from collector.door.signals import Sent
from collector.files import secret_key
from collector.outcomes import OUTCOMES
from collector.store.compaction import Compaction
from collector.store.outcome_files import OutcomeCompaction, active, folder_of
from collector.store.replaying import Replay
from collector.store.rewriting import Period, Rewriting
from collector.wal import quarantine
from collector.wal.fates import LANDED_NAME, REPLAYED_NAME, Fates, Ledger
from collector.wal.segments import Header, Record, encode_header, encode_record
from tests.collector.otlp import request, span
from tests.collector.running import rows, span_ids
from transforms.mapping_file import read_mapping

OPENED_NS = 1_700_000_000_000_000_000
CHANGES = ("open", "fsync", "fdatasync", "replace", "unlink", "ftruncate")
SPANS = [[span() for _ in range(number + 2)] for number in range(3)]
SET_ASIDE = [span() for _ in range(5)]
SENT = Sent(None, OPENED_NS, is_json=True)
MAPPING = "senders: [{service: tests, span: {gen_ai.request.model: feature}}]"
TASKS = [f"task {number}" for number in range(len(SPANS))]
EXPECTED = sorted(one.span_id for group in SPANS for one in group)


def prepare(config: CollectorConfig) -> list[Path]:
    """Three sealed segments of one hour that is over, each with an outcome of a task; the second also holds a request
    that cannot be read."""
    config.log.mkdir(parents=True)
    config.spans.mkdir(parents=True)
    paths = []
    for number, group in enumerate(SPANS):
        header = Header(f"000001-{number:08d}-0badcafe", OPENED_NS + number)
        records = [Record(OPENED_NS, None, request(*group).SerializeToString())]
        said, _ = OUTCOMES.read(json.dumps({"task_id": TASKS[number], "outcome": "success"}).encode(), SENT)
        records.append(Record(OPENED_NS, None, said, OUTCOMES.number))
        if number == 1:
            records.insert(0, Record(OPENED_NS, None, b"\xff\xff"))
        paths.append(config.log / f"{header.segment}.log")
        content = b"".join([encode_header(header), *(encode_record(record, header.segment) for record in records)])
        paths[-1].write_bytes(content)
    return paths


def land(config: CollectorConfig) -> None:
    key, ledger = secret_key(config.data / "hash.key"), Ledger(config.run / LANDED_NAME)
    lander = collector.store.landing.Lander(config, key, ledger)
    for path in sorted(config.log.glob("*.log")):
        lander.land(path)


def compact(config: CollectorConfig) -> None:
    """Two passes: one merges, one removes what was merged."""
    for _ in range(2):
        compaction = Compaction(config.spans, max_rows=1000, grace_s=0)
        compaction.run(datetime.datetime.now(datetime.UTC), [])


def merge(config: CollectorConfig) -> None:
    """Two passes over the outcomes: one merges, one removes what was merged."""
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)
    for _ in range(2):
        OutcomeCompaction(folder_of(config.data), grace_s=-1, many=2).run(later)


def rewrite(config: CollectorConfig) -> None:
    Rewriting(config, read_mapping(MAPPING, "m.yaml"), Period()).run()


def in_child(action: Callable[[], None]) -> int:
    """Run ``action`` in a forked process; 0, or minus the signal that ended it. An exception ends this program."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            action()
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 1:
        sys.exit("a step failed")
    return code


def killed_before(number: int) -> None:
    """From now on this process dies before its ``number``-th call that changes a disk."""
    left = [number]

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        return call

    for name in CHANGES:
        setattr(os, name, dying(getattr(os, name)))


def check_landed(config: CollectorConfig, *, is_finished: bool) -> None:
    found = sorted(span_ids(config))
    assert len(found) == len(set(found)), "a span is there twice"
    assert set(found) <= set(EXPECTED)
    tasks = said_tasks(config)
    assert len(tasks) == len(set(tasks)), "an outcome is there twice"
    assert set(tasks) <= set(TASKS)
    if is_finished:
        assert found == EXPECTED
        assert tasks == TASKS
        assert not list(config.log.glob("*.log"))
        (bad,) = config.quarantine.glob("*.bin")
        assert bad.read_bytes() == b"\xff\xff"
        assert bad.with_suffix(".json").exists()
        total = Fates(6, len(EXPECTED) + len(TASKS), len(EXPECTED), len(TASKS), quarantined=1)
        assert Ledger(config.run / LANDED_NAME).total == total, "something was not counted, or twice"


def check_compacted(config: CollectorConfig, *, is_finished: bool) -> None:
    assert sorted(span_ids(config)) == EXPECTED
    files = [path for path in config.spans.rglob("*.parquet") if not path.name.startswith(".")]
    assert not is_finished or len(files) == 1
    assert not is_finished or not list(config.spans.rglob(".*.tmp"))


def check_merged(config: CollectorConfig, *, is_finished: bool) -> None:
    assert said_tasks(config) == TASKS
    folder = folder_of(config.data)
    assert not is_finished or len([path for path in folder.glob("*.parquet") if not path.name.startswith(".")]) == 1


def said_tasks(config: CollectorConfig) -> list[str]:
    """The tasks whose outcomes have landed, in order."""
    files = active(folder_of(config.data))
    return sorted(row for file in files for row in pq.ParquetFile(file.path).read()["task_id"].to_pylist())


def check_rewritten(config: CollectorConfig, *, is_finished: bool) -> None:
    assert sorted(span_ids(config)) == EXPECTED
    said = set(rows(config)["feature"].to_pylist())
    assert said == {"gpt-4o"} if is_finished else said <= {"gpt-4o", None}
    assert not is_finished or not list(config.lake.rglob(".*.tmp"))


def set_aside(config: CollectorConfig) -> None:
    """All landed; in quarantine what could not be read (by now it can), a segment without its header, and rubbish."""
    land(config)
    (bad,) = config.quarantine.glob("*.bin")
    bad.write_bytes(request(*SET_ASIDE[:2]).SerializeToString())
    header = Header("000009-00000001-0badcafe", OPENED_NS)
    records = [Record(OPENED_NS, "acme", request(*SET_ASIDE[2:]).SerializeToString(), items=3)]
    said, _ = OUTCOMES.read(json.dumps({"task_id": "late", "outcome": "failure"}).encode(), SENT)
    records += [Record(OPENED_NS, "acme", said, OUTCOMES.number, 1), Record(OPENED_NS, "acme", b"\xff")]
    content = bytes(40) + b"".join(encode_record(record, header.segment) for record in records)
    reason = quarantine.Reason(header.segment, 0, "the header is not that of a log segment")
    quarantine.set_aside(config.quarantine, reason, content, label=quarantine.SEGMENT)
    quarantine.set_aside(config.quarantine, quarantine.Reason("x", 0, "rubbish"), b"who am I?", label=quarantine.DAMAGE)


def replay(config: CollectorConfig) -> None:
    for _ in Replay(config).run(list(quarantine.items(config.quarantine))):
        pass


def check_replayed(config: CollectorConfig, *, is_finished: bool) -> None:
    found, all_ids = sorted(span_ids(config)), sorted([*EXPECTED, *(one.span_id for one in SET_ASIDE)])
    assert len(found) == len(set(found)), "a span is there twice"
    assert set(EXPECTED) <= set(found) <= set(all_ids)
    if is_finished:
        assert found == all_ids
        assert said_tasks(config) == ["late", *TASKS]
        left = ["000009-00000001-0badcafe.2", "000009-00000001-0badcafe.damage0", "x.damage0"]
        assert [item.id for item in quarantine.items(config.quarantine)] == left
        table = rows(config)
        organizations = dict(zip(*(table[name].to_pylist() for name in ("span_id", "organization")), strict=True))
        assert [organizations[one.span_id] for one in SET_ASIDE] == [None, None, "acme", "acme", "acme"]
        assert set(table["received_at_ns"].to_pylist()) == {OPENED_NS}
        done = Ledger(config.run / REPLAYED_NAME).total
        assert done == Fates(3, len(SET_ASIDE) + 1, len(SET_ASIDE), 1), "not counted, or twice"


def warm_up(folder: Path) -> None:
    """All of it once, so that the forked processes start with everything loaded."""
    config = CollectorConfig(data=folder, lake=folder / "lake")
    prepare(config)
    land(config)
    check_landed(config, is_finished=True)
    compact(config)
    check_compacted(config, is_finished=True)
    merge(config)
    check_merged(config, is_finished=True)
    rewrite(config)
    check_rewritten(config, is_finished=True)
    again = CollectorConfig(data=folder / "replay", lake=folder / "replay" / "lake")
    prepare(again)
    set_aside(again)
    replay(again)
    check_replayed(again, is_finished=True)


def main(what: str, folder: Path) -> None:
    """Kill ``what`` (one of ``steps``) at each step, on folders below ``folder``; prints how many there were."""
    steps = {
        "land": (land, check_landed),
        "compact": (compact, check_compacted),
        "merge": (merge, check_merged),
        "rewrite": (rewrite, check_rewritten),
        "replay": (replay, check_replayed),
    }
    before = {"land": lambda _: None, "replay": set_aside}.get(what, land)
    step, check = steps[what]
    warm_up(folder / "warm")
    number, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        number += 1
        config = CollectorConfig(data=folder / str(number), lake=folder / str(number) / "lake")
        prepare(config)
        in_child(functools.partial(before, config))

        def killed(number: int = number, config: CollectorConfig = config) -> None:
            killed_before(number)
            step(config)

        code = in_child(killed)

        def look(config: CollectorConfig = config, is_finished: bool = code == 0) -> None:
            check(config, is_finished=is_finished)
            step(config)
            check(config, is_finished=True)

        in_child(look)
        shutil.rmtree(config.data)
    sys.stdout.write(f"{number}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
