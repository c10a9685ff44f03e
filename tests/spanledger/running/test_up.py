"""`spanledger up` as people run it: real processes, a real export, crashes, and an end that leaves nothing behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.files import lock
from docs.metrics import figures
from spanledger.cli import main
from spanledger.freshness import behind
from spanledger.running.ports import free_port
from tests.collector.otlp import request, span
from tests.collector.running import wait_until
from tests.collector.test_exposition import check
from tests.spanledger.supervised import Supervised, alive, descendants, pid_of

LINE = re.compile(r"[\d-]+T[\d:.]+Z INFO \w+ [\w.]+: ")
PRICES = "provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervised]:
    folder = tmp_path_factory.mktemp("up")
    (folder / "prices.csv").write_text(PRICES)
    with Supervised(folder, "up", "--build-interval-s", "0.5", "--prices-file", "prices.csv") as running:
        yield running


@pytest.fixture
def data(running: Supervised) -> Path:
    return running.output_path.parent / "data"


def export(running: Supervised, name: str) -> None:
    body = request(span(name)).SerializeToString()
    url = f"http://{running.addresses()['OTLP over HTTP']}/v1/traces"
    sent = urllib.request.Request(url, body, {"content-type": "application/x-protobuf"})
    with urllib.request.urlopen(sent, timeout=30) as response:
        assert response.status == 200


def is_built(data: Path, rows: int) -> bool:
    state = behind(data, data / "lake")
    return state.is_fresh and state.lake_rows == rows


def answers(address: str, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def test_every_printed_address_answers(running: Supervised) -> None:
    addresses = running.addresses()
    assert list(addresses) == ["cost explorer", "OTLP over gRPC", "OTLP over HTTP"]
    assert answers(addresses["cost explorer"], "/_stcore/health")
    assert answers(addresses["OTLP over HTTP"], "/healthz")
    host, _, port = addresses["OTLP over gRPC"].rpartition(":")
    socket.create_connection((host, int(port)), timeout=5).close()


def metrics(running: Supervised) -> str:
    with urllib.request.urlopen(f"http://{running.addresses()['OTLP over HTTP']}/metrics", timeout=5) as response:
        return str(response.read().decode())


def test_metrics_speak_for_every_part(running: Supervised) -> None:
    parts = [f'spanledger_part_running{{part="{part}"}} 1' for part in ("app", "builder", "collector")]
    names = ("up", "app", "builder", "collector", "writer")
    processes = [f'spanledger_process_resident_memory_bytes{{process="{name}"}}' for name in names]
    wait_until(lambda: all(line in metrics(running) for line in (*parts, *processes)), "figures of every part", 120)
    told = {name: kind for name, (kind, _) in figures().items()}
    assert check(metrics(running)).items() <= told.items(), "docs/metrics.py does not find all of them"


def test_what_is_sent_is_built_and_the_doctor_is_content(running: Supervised, data: Path) -> None:
    export(running, "first")
    wait_until(lambda: is_built(data, 1), "the first build", 120)
    wait_until(lambda: running.errors.count(" spans in the lake") >= 1, "its line in the log")
    ports = {what: address.rpartition(":")[2] for what, address in running.addresses().items()}
    result = CliRunner().invoke(main, ["doctor", "--data", str(data), "--app-port", ports["cost explorer"]])
    assert result.exit_code == 0, result.output
    assert f"answers on 127.0.0.1:{ports['OTLP over gRPC']} (gRPC)" in result.output
    assert f"cost explorer: answers on http://127.0.0.1:{ports['cost explorer']}" in result.output


def test_a_second_one_on_the_same_data_is_refused_before_anything_starts(running: Supervised, data: Path) -> None:
    port = running.addresses()["OTLP over HTTP"].rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "spanledger.cli", "up", "--data", data, "--http-port", port, "--grpc-port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4
    collector = pid_of("collector", running.process.pid)
    assert f"{data} is in use by the collector with process id {collector}" in done.stderr
    assert f"port {port} of 127.0.0.1 (http_port, OTLP over HTTP) cannot be used: another program" in done.stderr
    assert "SPANLEDGER_HTTP_PORT or --http-port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_killed_part_comes_back_where_it_was(running: Supervised, data: Path) -> None:
    for part, what, path in (("app", "cost explorer", "/_stcore/health"), ("collector", "OTLP over HTTP", "/readyz")):
        killed = pid_of(part, running.process.pid)
        os.kill(killed, signal.SIGKILL)
        line = f"the {part} ended with SIGKILL; starting it again"
        wait_until(lambda line=line: line in running.errors, "the report")  # type: ignore[misc]
        address = running.addresses()[what]
        wait_until(lambda address=address, path=path: answers(address, path), "it to answer again")  # type: ignore[misc]
        assert pid_of(part, running.process.pid) != killed
    export(running, "second")
    wait_until(lambda: is_built(data, 2), "the next build", 120)


def test_a_build_that_fails_is_reported_and_tried_again(running: Supervised, data: Path) -> None:
    prices, current = running.output_path.parent / "prices.csv", data / "builds" / "CURRENT"
    published = current.read_text()
    prices.write_text(PRICES + "openai,gpt-4o,input,cheap,,,ours\n")
    why = "prices.csv:2: unit_price_usd_per_million is 'cheap', expected a number"
    wait_until(
        lambda: f"no new build; the published one stays, the next look tries again: {why}" in running.errors, "it"
    )
    assert current.read_text() == published
    state = data / "run" / "builder.json"  # written just after the log line
    wait_until(lambda: json.loads(state.read_text())["error"] == why, "the builder's state to say so")
    prices.write_text(PRICES + "openai,gpt-4o,input,2.4,,,ours\n")
    wait_until(lambda: current.read_text() != published, "a build with the corrected prices", 120)


def test_sigterm_ends_everything_and_drains(running: Supervised, data: Path) -> None:
    export(running, "last")
    below = descendants(running.process.pid)
    assert len(below) >= 4
    assert running.stop_group() == 0, running.errors
    assert running.last_line() == "Ended; everything acknowledged is in the lake."
    wait_until(lambda: not alive(below), "every part to end")
    assert not list((data / "log").glob("*.log"))
    assert behind(data, data / "lake").lake_rows == 3
    assert "Traceback" not in running.errors


def test_it_starts_without_a_warning_in_one_form_of_line(tmp_path: Path) -> None:
    """And ends in good order where every single process is told to, the supervisor last."""
    with Supervised(tmp_path, "up") as running:
        assert "Uvicorn server started" in running.errors
        assert all(LINE.match(line) for line in running.errors.splitlines()), running.errors
        for pid in sorted(descendants(running.process.pid), reverse=True):
            os.kill(pid, signal.SIGTERM)
        assert running.stop() == 0, running.errors
    assert running.last_line() == "Ended; everything acknowledged is in the lake."
    assert "starting it again" not in running.errors


def test_ctrl_c_before_anything_runs_is_a_clean_end(tmp_path: Path) -> None:
    running = Supervised(tmp_path, "demo")
    wait_until(lambda: "simulated company" in running.output, "it to begin")
    assert running.stop(signal.SIGINT) == 0, running.errors
    assert running.last_line().startswith("Ended")
    assert "Traceback" not in running.errors


def test_a_killed_supervisor_leaves_nothing_running(tmp_path: Path) -> None:
    with Supervised(tmp_path, "up") as running:
        below = descendants(running.process.pid)
        running.process.kill()
        running.process.wait()
        wait_until(lambda: not alive(below), "every part to end")


def test_a_part_that_cannot_start_ends_it_all_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hash.key").write_bytes(b"short")
    running = Supervised(tmp_path, "up")
    assert running.process.wait(60) == 1
    assert "Error: the collector ended with exit code 1 before it answered" in running.errors
    assert "hash.key holds 5 bytes, expected 32; restore it from a backup" in running.errors


def test_listening_to_the_network_needs_tokens(tmp_path: Path) -> None:
    running = Supervised(tmp_path, "up", "--host", "0.0.0.0")
    assert running.process.wait(60) == 2
    assert "set SPANLEDGER_TOKEN_FILE" in running.errors


def test_the_explorer_alone(tmp_path: Path) -> None:
    port = str(free_port("127.0.0.1"))
    program = Path(sys.executable).parent / "spanledger"
    with subprocess.Popen([program, "app", "--app-port", port], cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: answers(f"127.0.0.1:{port}", "/_stcore/health"), "the explorer")
        second = CliRunner().invoke(main, ["app", "--app-port", port])
        process.terminate()
        assert process.wait(30) == 0
    assert second.exit_code == 4
    assert f"port {port} of 127.0.0.1 (app_port, cost explorer) cannot be used: another program" in second.stderr


def test_the_collector_alone_on_data_that_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    held = lock(tmp_path / "run" / "collector.lock")
    result = CliRunner().invoke(main, ["collect", "--data", str(tmp_path), "--grpc-port", "0", "--http-port", "0"])
    os.close(held)
    assert result.exit_code == 4
    assert f"{tmp_path} is in use by the collector with process id {os.getpid()}" in result.stderr
