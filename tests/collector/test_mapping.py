"""A mapping file and the real processes: rows come mapped, a wrong file stops the start and nothing that runs."""

import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from spanledger.cli import main
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, rows, span_ids, wait_until

RIGHT = "senders: [{service: tests, span: {acme.squad: team}, usage: {rule: exclusive, keys: {acme.in: input_tokens}}}]"
WRONG = "senders:\n- span:\n    acme.squad: taem\n"
PORTS = ("--grpc-port", "0", "--http-port", "0", "--app-port", "0")


def body() -> bytes:
    attributes = [
        KeyValue(key="acme.squad", value=AnyValue(string_value="search")),
        KeyValue(key="acme.in", value=AnyValue(int_value=12)),
    ]
    return request(span(attributes=attributes)).SerializeToString()


def test_rows_come_mapped_also_from_a_writer_started_again_beside_a_broken_file(tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(RIGHT)
    config = configuration(tmp_path / "data", mapping_file=file)
    with Collector(config) as collector:
        assert collector.send(body()).status == 200
        wait_until(lambda: len(span_ids(config)) == 1, "the first span")
        file.write_text(WRONG)
        writer = collector.writer_state["pid"]
        os.kill(writer, signal.SIGKILL)
        wait_until(lambda: collector.writer_state["pid"] != writer, "the next writer")
        assert collector.send(body()).status == 200
        wait_until(lambda: len(span_ids(config)) == 2, "the second span")
        assert collector.stop() == 0
    for row in rows(config).to_pylist():
        assert (row["team"], row["input_tokens"], row["token_rule"]) == ("search", 12, "exclusive: mapping")


@pytest.mark.parametrize("command", ["up", "collect"])
def test_a_wrong_file_is_wrong_usage(tmp_path: Path, command: str) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(WRONG)
    options = PORTS if command == "up" else PORTS[:4]
    result = CliRunner().invoke(main, [command, "--data", str(tmp_path), "--mapping-file", str(file), *options])
    assert result.exit_code == 2
    assert f"{file}:3: senders[1].span.acme.squad: 'taem' is no column; did you mean team?" in result.stderr


def test_a_collector_without_the_file_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"mapping\.yaml: the mapping file cannot be read: .*No such file"):
        Collector(configuration(tmp_path / "data", mapping_file=tmp_path / "mapping.yaml")).__enter__()


def test_the_doctor_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(RIGHT)
    options = ["doctor", "--data", str(tmp_path / "data"), "--mapping-file", str(file), *PORTS]
    assert f"mapping file: {file}: 2 keys of 1 senders" in CliRunner().invoke(main, options).stdout
    file.write_bytes(b"\xff\xfe")
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 1
    assert f"mapping file: {file}: the mapping file cannot be read: 'utf-8' codec can't decode" in result.stdout
