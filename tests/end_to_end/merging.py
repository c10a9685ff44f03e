"""Closed hours merged in a loop while spans land in them, builds run and raw readers read: real processes all."""

import dataclasses
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from collector.store.lake import TREES, active_files, partitions
from spanledger.building.build import Builder
from tests.collector.otlp import request, span
from tests.collector.running import wait_until
from tests.end_to_end.clocks import clock_wrong_by
from tests.end_to_end.tier import Tier
from tests.lake import open_warehouse

GRACE_S = 2.0
MERGED_FILES = 6
READERS = ("arrow", "duckdb")


@dataclasses.dataclass
class Merged:
    """What happened."""

    spans: int = 0
    builds: int = 0
    reads: tuple[int, ...] = ()
    merged_files: int = 0
    listed_files: int = 0
    wrong_in_the_build: int = 0
    faults: tuple[str, ...] = ()


def run(folder: Path, seconds: float, spans: int = 20) -> Merged:
    """Send, merge, build and read for ``seconds`` and until both were; a clock a day behind closes every hour."""
    changes = {"compaction_interval_s": 0.05, "compaction_grace_s": GRACE_S}
    result, sent = Merged(), list[bytes]()
    with Tier(folder, [clock_wrong_by(-1)], **changes) as tier:
        readers = [_reader(tier.lake, how) for how in READERS]
        builder, until = Builder(tier.keeper.data, tier.lake), time.monotonic() + seconds
        while time.monotonic() < until or not result.builds or _merged(tier) < MERGED_FILES:
            result.builds += _build_after_more(tier, builder, sent, spans)
        wait_until(lambda: not any(collector.waiting() for collector in tier.collectors), "everything to land", 120)
        wait_until(lambda: len(list(tier.lake.rglob("[!.]*.parquet"))) == 1, "all to be one file", 120)
        said = [reader.communicate("\n") for reader in readers]
        builder.build()
        tier.stop()
        result.reads = tuple(int(out or 0) for out, _ in said)
        result.faults = tuple(error for reader, (_, error) in zip(readers, said, strict=True) if reader.returncode)
        result.merged_files = _merged(tier)
    result.spans = len(sent)
    result.listed_files = sum(len(list(hour.glob("*"))) for tree in TREES for hour in partitions(tier.lake / tree))
    with open_warehouse(tier.keeper.data) as warehouse:
        modelled = Counter(one for (one,) in warehouse.execute("select span_id from fct_spans").fetchall())
    expected = Counter(one.hex() for one in sent)
    result.wrong_in_the_build = (modelled - expected).total() + (expected - modelled).total()
    assert sum(file.rows for file in active_files(tier.lake)) == len(sent)
    return result


def _build_after_more(tier: Tier, builder: Builder, sent: list[bytes], count: int) -> bool:
    """Send some requests of new spans to the receiver, and build what has landed of all; whether there was anything."""
    for _ in range(10):
        made = [span() for _ in range(count)]
        tier.send(request(*made).SerializeToString(), [1])
        sent += [one.span_id for one in made]
    return builder.build().build_id is not None


def _merged(tier: Tier) -> int:
    return int(tier.collectors[0].writer_state.get("compacted_files", 0))


def _reader(lake: Path, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.end_to_end.raw_reader", str(lake), str(GRACE_S), how]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
