"""History read again: every row there once at any time, in the reading of today after it, whatever runs beside it."""

import datetime
import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from collector.config import CollectorConfig
from collector.files import lock, secret_key
from collector.store.compaction import Compaction
from collector.store.lake import LOCK_NAME, active_files, is_landed, logs_header, split_superseded, write_segment
from collector.store.lake_file import LakeError
from collector.store.rewriting import Period, Rewriting, Rewritten
from collector.wal.segments import Header
from spanledger.cli import main
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, rows, span_ids, wait_until
from transforms.mapping import NO_MAPPING, KeyMapping
from transforms.mapping_file import read_mapping
from transforms.normalise import NormaliseOptions, Request, normalise

HOUR_NS = 1_700_000_000_000_000_000
MAPPING = "senders: [{span: {acme.squad: team}}]"
MAPPED = read_mapping(MAPPING, "m.yaml")


def body(squad: str = "search", **more: str) -> bytes:
    said = {"acme.squad": squad, "gen_ai.input.messages": "[1]", **more}
    attributes = [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in said.items()]
    return request(span(attributes=attributes)).SerializeToString()


def land(
    config: CollectorConfig,
    bodies: Sequence[bytes],
    number: int = 0,
    *,
    days: int = 0,
    mapping: KeyMapping = NO_MAPPING,
) -> Header:
    """One segment of spans, in its file."""
    arrived_ns = HOUR_NS + days * 86_400 * 10**9
    header = Header(f"000001-{number:08d}-0badcafe", arrived_ns)
    options = NormaliseOptions(False, secret_key(config.data / "hash.key"), mapping)
    table = normalise([Request(one, arrived_ns, None, header.segment) for one in bodies], options)
    write_segment(config.spans, header, table)
    return header


def rewrite(config: CollectorConfig, mapping: KeyMapping = MAPPED, **period: datetime.date) -> Rewritten:
    return Rewriting(config, mapping, Period(**period)).run()


def compact(config: CollectorConfig, grace_s: float = 0) -> None:
    Compaction(config.spans, max_rows=1000, grace_s=grace_s).run(datetime.datetime.now(datetime.UTC), [])


def teams(config: CollectorConfig) -> list[Any]:
    return sorted(rows(config)["team"].to_pylist(), key=str)


@pytest.fixture
def config(tmp_path: Path) -> CollectorConfig:
    tmp_path.joinpath("data").mkdir()
    return configuration(tmp_path / "data")


def test_old_rows_become_mapped_and_nothing_else_changes(config: CollectorConfig) -> None:
    header = land(config, [body("search"), body("web")])
    before = rows(config)
    result = rewrite(config)
    after = rows(config)
    assert teams(config) == ["search", "web"]
    assert (result.files, result.rows, result.replaced_files, result.changed_rows) == (1, 2, 1, 2)
    assert result.columns == {"team": 2}
    assert None not in before["input_hash"].to_pylist()
    same = [name for name in before.column_names if name not in ("team", "attributes", "shape")]
    assert after.select(same) == before.select(same)
    assert is_landed(config.spans, header)


def test_a_second_run_and_a_trial_replace_nothing(config: CollectorConfig) -> None:
    land(config, [body()])
    assert Rewriting(config, MAPPED, Period()).run(is_trial=True).changed_rows == 1
    assert teams(config) == [None]
    rewrite(config)
    files = sorted(config.lake.rglob("*"))
    assert rewrite(config).replaced_files == 0
    assert sorted(config.lake.rglob("*")) == files
    assert rewrite(config, NO_MAPPING).replaced_files == 1
    assert teams(config) == [None]


def test_a_rewritten_segment_is_landed_also_when_its_first_file_is_gone(config: CollectorConfig) -> None:
    header = land(config, [body()])
    rewrite(config)
    compact(config)
    (file,) = active_files(config.lake)
    assert [path.name for path in config.lake.rglob("*.parquet")] == [file.path.name]
    assert file.path.name.startswith("rewrite-0001-")
    assert is_landed(config.spans, header)
    assert not is_landed(config.spans, Header("000001-00000007-0badcafe", HOUR_NS))


def test_replaced_files_stay_for_readers_that_hold_their_names(config: CollectorConfig) -> None:
    land(config, [body()])
    (held,) = active_files(config.lake)
    rewrite(config)
    compact(config, grace_s=3600)
    assert pq.ParquetFile(held.path).read()["team"].to_pylist() == [None]


def test_only_the_days_asked_for(config: CollectorConfig) -> None:
    for day in range(3):
        land(config, [body(str(day))], day, days=day)
    first = datetime.datetime.fromtimestamp(HOUR_NS / 1e9, datetime.UTC).date()
    second = first + datetime.timedelta(1)
    assert rewrite(config, since=second, until=second).files == 1
    assert teams(config) == ["1", None, None]
    rewrite(config, until=first)
    assert teams(config) == ["0", "1", None]
    rewrite(config, since=second)
    assert teams(config) == ["0", "1", "2"]


def test_what_came_as_logs_is_read_again_too(config: CollectorConfig) -> None:
    header = logs_header(Header("000001-00000000-0badcafe", HOUR_NS))
    table = normalise([Request(body(), 1, None, header.segment)], NormaliseOptions(False, b"k" * 32))
    signal = pa.array(["log"])
    write_segment(config.logs, header, table.set_column(table.column_names.index("signal"), "signal", signal))
    (config.data / "hash.key").write_bytes(b"k" * 32)
    rewrite(config)
    (row,) = rows(config).to_pylist()
    assert (row["team"], row["signal"], row["segment"]) == ("search", "log", header.segment)


def test_in_any_order_of_arrivals_merges_and_rewrites_every_row_is_there_once(config: CollectorConfig) -> None:
    for seed in range(6):
        chance = random.Random(seed)
        shutil.rmtree(config.lake, ignore_errors=True)
        written, current = 0, NO_MAPPING
        for _ in range(14):
            match chance.choice(["land", "land", "compact", "rewrite"]):
                case "land":
                    land(config, [body(f"{written}.{row}") for row in range(2)], written, mapping=current)
                    written += 1
                case "compact":
                    compact(config, grace_s=chance.choice([0, 3600]))
                case "rewrite":
                    current = MAPPED if current is NO_MAPPING else NO_MAPPING
                    rewrite(config, current)
            found = rows(config)["team"].to_pylist() if written else []
            everyone = sorted(f"{number}.{row}" for number in range(written) for row in range(2))
            expected = [name if current is MAPPED else None for name in everyone]
            assert sorted(found, key=str) == expected, f"seed {seed}"


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_replaced(config: CollectorConfig) -> None:
    land(config, [body("a")], 0)
    land(config, [body("b")] * 3, 1)
    broken = active_files(config.lake)[1].path
    content = bytearray(broken.read_bytes())
    content[100:2000] = bytes(1900)
    broken.write_bytes(content)
    with pytest.raises(LakeError, match=f"{broken.name} cannot be read again"):
        rewrite(config)
    assert active_files(config.lake)[0].generation == 0
    assert not list(config.lake.rglob(".*"))


def test_leftovers_of_a_crash_are_cleared_away(config: CollectorConfig) -> None:
    land(config, [body()])
    folder = active_files(config.lake)[0].path.parent
    (folder / ".rewrite-0001-x.parquet.tmp").write_bytes(b"half")
    rewrite(config)
    assert not list(config.lake.rglob(".*"))


def test_beside_a_running_collector(tmp_path: Path) -> None:
    """History is rewritten by the command while the collector lands more and wants to compact."""
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING)
    config = configuration(tmp_path / "data", mapping_file=file, compaction_interval_s=0.1, compaction_grace_s=0.0)
    config.data.mkdir()
    for number in range(3):
        land(config, [body(str(number))], number)
    held = lock_of_the_lake(config)
    with Collector(config) as collector:
        wait_until(lambda: "compaction waits" in collector.errors(), "a compaction that was due")
        assert len(active_files(config.lake)) == 3
        os.close(held)
        assert collector.send(body("new")).status == 200
        command = ["rewrite", "--data", str(config.data), "--mapping-file", str(file)]
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.output
        assert "3 in " in result.output
        assert "(team 3)" in result.output
        wait_until(lambda: len(span_ids(config)) == 4, "what was sent")
        assert teams(config) == ["0", "1", "2", "new"]
        wait_until(
            lambda: sum(len(split_superseded(folder)[1]) for folder in hours(config)) == 0, "the old files to go"
        )
        assert collector.stop() == 0
    assert teams(config) == ["0", "1", "2", "new"]


def lock_of_the_lake(config: CollectorConfig) -> int:
    config.run.mkdir(parents=True)
    return lock(config.run / LOCK_NAME)


def hours(config: CollectorConfig) -> list[Path]:
    return list(config.spans.glob("*/*"))


def test_the_command_says_what_it_did_and_what_is_wrong(config: CollectorConfig, tmp_path: Path) -> None:
    def run(*options: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["rewrite", "--data", str(config.data), *options])
        return result.exit_code, result.output

    assert run() == (0, "0 spans in 0 files: all read as before, nothing to rewrite\n")
    assert not (config.data / "hash.key").exists()
    land(config, [body(), body()])
    file = tmp_path / "m.yaml"
    file.write_text(MAPPING)
    trial = "2 spans in 1 files: 2 in 1 files would read otherwise (team 2)\n"
    assert run("--mapping-file", str(file), "--dry-run") == (0, trial)
    assert run("--mapping-file", str(file), "--until", "2020-01-01")[1].startswith("0 spans in 0 files")
    assert "the next build makes everything anew" in run("--mapping-file", str(file))[1]
    file.write_text("senders:\n- span:\n    k: taem\n")
    code, output = run("--mapping-file", str(file))
    assert code == 2
    assert f"{file}:3: senders[1].span.k: 'taem' is no column" in output
    assert run("--since", "yesterday")[0] == 2
