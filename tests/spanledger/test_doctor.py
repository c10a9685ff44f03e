"""The doctor finds nothing on a healthy set-up, and on each broken one names the fault and the cure."""

import os
import shutil
import socket
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from collector.files import lock, make_folder, write_json
from collector.store.lake import active_files
from collector.wal import quarantine
from sample_traces.company import requests, simulate
from spanledger.cli import main
from spanledger.doctor.machine import packages
from spanledger.published.builds import Builds
from spanledger.running.ports import free_port
from tests.lake import land

PORTS = ("--grpc-port", "0", "--http-port", "0", "--app-port", "0")


def examine(data: Path, *options: str) -> tuple[int, list[str], list[str]]:
    """Exit code, every line, and the faults among them."""
    result = CliRunner().invoke(main, ["doctor", "--data", str(data), *PORTS, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    lines = result.output.splitlines()
    return result.exit_code, lines, [line for line in lines if line.startswith("fault")]


def the_fault(data: Path, *options: str) -> str:
    """The one line that tells a fault; every such line has a cure, and the doctor fails."""
    code, lines, faults = examine(data, *options)
    assert code == 1
    assert len(faults) == 1, lines
    assert "  → " in faults[0]
    return faults[0]


def test_healthy(data: Path) -> None:
    code, lines, faults = examine(data, "--deep")
    assert (code, faults, lines[-1]) == (0, [], "healthy")
    subjects = dict.fromkeys(line.split()[1].rstrip(":") for line in lines[:-1])  # prices say twice what grows old
    assert list(subjects)[:5] == ["packages", "settings", "prices", "data", "disk"]
    assert any("7 invariants hold" in line for line in lines)


def test_nothing_there_yet_is_healthy_and_stays_untouched(data: Path, tmp_path: Path) -> None:
    code, _, faults = examine(tmp_path / "fresh")
    assert (code, faults) == (0, [])
    assert not (tmp_path / "fresh").exists()


def test_a_file_where_the_data_directory_belongs(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    code, _, faults = examine(tmp_path / "taken")
    assert code == 1
    assert all("is a file where a folder belongs" in line and "SPANLEDGER_DATA" in line for line in faults)


def test_a_file_where_the_log_belongs(data: Path) -> None:
    (data / "log").write_text("no folder")
    assert f"{data / 'log'} is a file where a folder belongs  → make it a folder" in the_fault(data)


@pytest.mark.parametrize("setting", ["grpc_port", "http_port", "app_port"])
def test_a_port_taken_by_another_program(data: Path, setting: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = the_fault(data, "--" + setting.replace("_", "-"), str(port))
    assert f"port {port}" in line
    assert "another program listens there" in line
    assert f"SPANLEDGER_{setting.upper()}" in line


def test_a_wrong_setting(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_BUILD_INTERVAL_S", "soon")
    line = the_fault(data)
    assert 'build_interval_s = "soon" (from the environment): expected a valid number' in line
    assert "correct it where it stands" in line


def test_current_names_a_build_that_is_not_there(data: Path) -> None:
    (data / "builds" / "CURRENT").write_text("20260101T000000000000Z-beef\n")
    line = the_fault(data)
    assert "names 20260101T000000000000Z-beef" in line
    assert f"rm {data / 'builds' / 'CURRENT'} && spanledger build --full-refresh" in line
    whole = next((data / "builds").glob("*/warehouse.duckdb")).parent.name
    assert f"echo {whole} >" in line


@pytest.mark.parametrize("share", [0, 0.5])
def test_a_truncated_warehouse(data: Path, share: float) -> None:
    warehouse = next((data / "builds").glob("*/warehouse.duckdb"))
    os.truncate(warehouse, int(warehouse.stat().st_size * share))
    line = the_fault(data)
    assert f"{warehouse.parent.name} cannot be read" in line
    assert "spanledger build --full-refresh" in line


def test_the_cure_for_a_broken_build_works(data: Path) -> None:
    warehouse = next((data / "builds").glob("*/warehouse.duckdb"))
    os.truncate(warehouse, 5000)
    assert f"rm -r {warehouse.parent} {data / 'builds' / 'CURRENT'} && spanledger build --full-refresh" in the_fault(
        data
    )
    shutil.rmtree(warehouse.parent)
    (data / "builds" / "CURRENT").unlink()
    result = CliRunner().invoke(main, ["build", "--full-refresh", "--data", str(data)])
    assert result.exit_code == 0, result.output
    assert examine(data)[0] == 0


def test_a_lake_file_with_a_broken_end(data: Path) -> None:
    path = active_files(data / "lake")[0].path
    path.write_bytes(path.read_bytes()[:-3] + b"???")
    line = the_fault(data)
    assert f"{path} cannot be read" in line
    assert "put that file back from a backup" in line


def test_a_lake_file_with_damage_inside_is_found_by_reading_it(data: Path) -> None:
    path = active_files(data / "lake")[0].path
    content = bytearray(path.read_bytes())
    content[1000:3000] = bytes(2000)
    path.write_bytes(content)
    assert examine(data)[2] == []
    assert f"{path} cannot be read" in the_fault(data, "--deep")


def test_a_lake_file_that_is_not_ours(data: Path) -> None:
    path = active_files(data / "lake")[0].path
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 1 as one) to '{path.with_name('other.parquet')}' (format parquet)")
    assert "does not say which log segments it holds" in the_fault(data)


def test_a_quarantined_request(data: Path) -> None:
    reason = quarantine.Reason("000000000042-t", 7, "field 3 ends too early")
    quarantine.set_aside(data / "log" / "quarantine", reason, b"\x00")
    line = the_fault(data)
    assert "1 requests were acknowledged and could not be read" in line
    assert "000000000042-t.7: field 3 ends too early" in line
    assert str(data / "log" / "quarantine") in line


def test_a_build_older_than_the_lake(data: Path) -> None:
    land(requests(simulate(8, 1, 0.05, end=date(2026, 11, 2))), data)
    line = the_fault(data)
    assert "are not in the published build" in line
    assert "→ spanledger build, or spanledger up" in line


def test_new_data_is_no_fault_while_the_builder_is_at_it(data: Path) -> None:
    (landed, *_) = land(requests(simulate(8, 1, 0.05, end=date(2026, 11, 2))), data)
    make_folder(data / "run")
    held = lock(data / "run" / "builder.lock")
    try:
        code, lines, _ = examine(data)
        assert code == 0
        assert any(f"yet; the builder (process {os.getpid()}) is at it" in line for line in lines)
        os.utime(landed, (0, 0))
        assert f"though the builder runs (process {os.getpid()})" in the_fault(data)
    finally:
        os.close(held)


def test_a_lake_that_was_never_built(data: Path) -> None:
    (data / "builds" / "CURRENT").unlink()
    assert "spans are in the lake and nothing has been published  → spanledger build" in the_fault(data)


def test_how_full_the_log_is(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_folder(data / "log")
    (data / "log" / "000000000099-t.log").write_bytes(b"x" * 2000)
    for most, share in (("2048", "98"), ("200000", "1")):
        monkeypatch.setenv("SPANLEDGER_LOG_MAX_BYTES", most)
        _, lines, faults = examine(data)
        said = next(line for line in lines if "log room" in line)
        assert f"{share}% full: 2,000 of {int(most):,} bytes (log_max_bytes)" in said
        assert (said in faults) == (most == "2048")
    monkeypatch.setenv("SPANLEDGER_MIN_FREE_BYTES", str(10**15))
    _, _, faults = examine(data)
    assert any("log room" in line and "make room on that disk" in line for line in faults)


def test_a_segment_that_nobody_lands(data: Path) -> None:
    make_folder(data / "log")
    (data / "log" / "000000000099-t.log").write_bytes(b"x" * 10)
    line = the_fault(data)
    assert "1 segments (10 bytes) wait for the lake, the first is 000000000099-t.log, and no collector runs" in line


def test_a_holder_of_the_data_directory_that_does_not_answer(data: Path) -> None:
    make_folder(data / "run")
    held = lock(data / "run" / "collector.lock")
    try:
        ports = {"grpc_port": free_port("127.0.0.1"), "http_port": free_port("127.0.0.1")}
        write_json(data / "run" / "collector.json", {"pid": os.getpid(), "host": "127.0.0.1", **ports})
        code, _, faults = examine(data)
    finally:
        os.close(held)
    assert code == 1
    assert len(faults) == 2
    assert all(f"process {os.getpid()} holds {data} but does not answer" in line for line in faults)
    assert all(f"kill {os.getpid()}" in line for line in faults)


WRONG = "date '2026-11-01' as date, 1 as calls, 0.5 as cost_usd"


def test_a_build_that_does_not_add_up_and_one_of_another_version(data: Path) -> None:
    with duckdb.connect(str(Builds(data).published)) as connection:
        query = "select table_type from information_schema.tables where table_name = 'rpt_spend_classes'"
        kind = "view" if connection.execute(query).fetchall() == [("VIEW",)] else "table"
        connection.execute(f"create or replace {kind} rpt_spend_classes as select {WRONG}")
    code, _, faults = examine(data)
    assert code == 1
    assert "lacks 7 expected columns, such as rpt_spend_classes.organization" in faults[0]
    assert "the classes of spend add up to the calls" in faults[1]
    assert "the classes of spend hold every call" in faults[2]
    assert all("spanledger build --full-refresh" in line for line in faults)


def test_a_fact_file_that_is_gone(data: Path) -> None:
    with duckdb.connect(str(Builds(data).published)) as connection:
        connection.execute("update meta.history_files set path = path || '.gone'")
    assert "of its files are missing, such as" in the_fault(data)


def test_the_last_scheduled_build_failed(data: Path) -> None:
    make_folder(data / "run")
    write_json(data / "run" / "builder.json", {"pid": 1, "looked_at_ns": 1, "error": "prices.csv:2: no number"})
    assert "the last scheduled build did not come about: prices.csv:2: no number" in the_fault(data)


def test_packages_that_are_not_as_locked(tmp_path: Path) -> None:
    lock_file = tmp_path / "requirements.lock"
    lock_file.write_text("click==0.1 \\\n    --hash=sha256:00\nnobody-has-this==1.0 \\\n    --hash=sha256:00\n")
    (finding,) = packages(lock_file)
    assert finding.state == "fault"
    assert "click is " in finding.detail
    assert "nobody-has-this is missing" in finding.detail
    assert finding.cure == "make setup (or install requirements.lock again)"
