"""What is shipped for running it says what the program does: units, container file, Collector configuration."""

import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # ships no types

from collector.door.answers import Kind
from spanledger.cli import main
from spanledger.exits import IN_THE_WAY, USAGE
from spanledger.running.up import GRACE_S
from spanledger.settings import NO_SETTINGS, PREFIX, Settings, load_settings
from tests.collector.running import Collector, configuration

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
UNITS = sorted((PACKAGING / "systemd").glob("*.service"))
CONTAINER = (PACKAGING / "Containerfile").read_text()
DEFAULTS = load_settings()
RETRIED_BY_THE_COLLECTOR = {429, 502, 503, 504}
"""Its otlphttp exporter drops what any other error answers (isRetryableStatusCode, August 2026)."""


def _lines(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.+)$", unit.read_text(), re.MULTILINE)


def _is_setting(name: str) -> bool:
    return name in NO_SETTINGS or name.removeprefix(PREFIX).lower() in Settings.model_fields


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_call_commands_and_settings_that_exist(unit: Path) -> None:
    [command] = _lines(unit, "ExecStart")
    assert command.split()[1] in main.commands
    said = [part for line in _lines(unit, "Environment") for part in line.split()]
    assert all(_is_setting(part.partition("=")[0]) for part in said if part.startswith(PREFIX))
    assert _lines(unit, "User") == ["spanledger"]
    assert _lines(unit, "NoNewPrivileges") == ["yes"]


def test_the_unit_waits_for_the_drain_and_does_not_repeat_what_cannot_work() -> None:
    unit = PACKAGING / "systemd" / "spanledger.service"
    assert float(_lines(unit, "TimeoutStopSec")[0]) > DEFAULTS.drain_timeout_s + GRACE_S
    assert _lines(unit, "KillMode") == ["mixed"], "SIGTERM to the supervisor alone: the writer lands what is sealed"
    assert {int(code) for code in _lines(unit, "RestartPreventExitStatus")[0].split()} == {USAGE, IN_THE_WAY}
    [page] = re.findall(r"^Documentation=file:///opt/spanledger/(\S+)$", unit.read_text(), re.MULTILINE)
    assert (ROOT / page).exists()


def test_the_container_file_names_what_is_there() -> None:
    sources = [
        source for line in re.findall(r"^COPY (?!--from)(.+)$", CONTAINER, re.MULTILINE) for source in line.split()[:-1]
    ]
    admitted = [
        line[1:] for line in (PACKAGING / "Containerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    ]
    assert {"collector", "dbt_project", "packaging/healthcheck.py", "requirements.lock"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, pattern) or source.startswith(pattern + "/") for pattern in admitted), source
    assert all(_is_setting(name) for name in re.findall(rf"{PREFIX}[A-Z_]+", CONTAINER))
    packages = re.findall(r'^\s+"?([a-z]+)\*', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert set(packages) <= set(sources)
    assert re.search(r"^USER 10001$", CONTAINER, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["tini", "--", "spanledger"\]\nCMD \["up"\]$', CONTAINER, re.MULTILINE)
    [patience] = re.findall(r"--stop-timeout (\d+)", CONTAINER)
    assert float(patience) > DEFAULTS.drain_timeout_s + GRACE_S


def _collector_configuration() -> dict[str, Any]:
    text = (PACKAGING / "otel-collector" / "config.yaml").read_text()
    value: dict[str, Any] = yaml.safe_load(text)
    return value


def test_the_collector_s_configuration_fits_ours() -> None:
    said = _collector_configuration()
    [exporter] = said["exporters"].values()
    queue, retry = exporter["sending_queue"], exporter["retry_on_failure"]
    assert exporter["endpoint"] == f"http://127.0.0.1:{DEFAULTS.http_port}"
    assert queue["batch"]["max_size"] * 2 < DEFAULTS.max_request_bytes, "one span more than fits must still fit"
    assert queue["batch"]["max_size"] < queue["queue_size"]
    assert queue["storage"] in said["extensions"]
    assert said["extensions"][queue["storage"]]["fsync"] is True
    assert (retry["enabled"], retry["max_elapsed_time"]) == (True, "0s")
    assert queue["block_on_overflow"] is True
    assert "batch" not in said["processors"], "it acknowledges what only memory holds"
    ours = {DEFAULTS.grpc_port, DEFAULTS.http_port}
    for protocol in said["receivers"]["otlp"]["protocols"].values():
        assert int(protocol["endpoint"].rpartition(":")[2]) not in ours
    for pipeline in said["service"]["pipelines"].values():
        for kind, names in pipeline.items():
            assert set(names) <= set(said[kind])


def test_the_tier_s_configuration_fits_ours() -> None:
    said: dict[str, Any] = yaml.safe_load((PACKAGING / "otel-collector" / "tier.yaml").read_text())
    balancing, keeper = said["exporters"]["loadbalancing/traces"], said["exporters"]["otlphttp/keeper"]
    assert set(balancing) == {"routing_key", "resolver", "protocol", "timeout", "sending_queue", "retry_on_failure"}
    assert balancing["routing_key"] == "traceID"
    hosts = balancing["resolver"]["static"]["hostnames"]
    assert len(set(hosts)) == len(hosts) > 1
    assert {int(host.rpartition(":")[2]) for host in hosts} == {DEFAULTS.grpc_port}, "it speaks OTLP over gRPC alone"
    one = balancing["protocol"]["otlp"]
    assert "endpoint" not in one, "each receiver's own takes its place"
    assert not one["sending_queue"]["enabled"], "what waits there would be bound to a receiver, and only in memory"
    assert not one["retry_on_failure"]["enabled"]
    assert keeper["endpoint"] == f"http://127.0.0.1:{DEFAULTS.http_port}"
    for exporter in (balancing, keeper):
        queue, retry = exporter["sending_queue"], exporter["retry_on_failure"]
        assert queue["batch"]["max_size"] * 2 < DEFAULTS.max_request_bytes
        assert queue["storage"] in said["extensions"]
        assert queue["block_on_overflow"] is True
        assert (retry["enabled"], retry["max_elapsed_time"]) == (True, "0s")
    assert "batch" not in said["processors"]
    for pipeline in said["service"]["pipelines"].values():
        for kind, names in pipeline.items():
            assert set(names) <= set(said[kind])
    assert said["service"]["pipelines"]["metrics"]["exporters"] == ["otlphttp/keeper"], "metrics have no trace id"


def test_what_may_be_sent_again_is_answered_with_what_the_collector_sends_again() -> None:
    retryable = {kind.value.http_status for kind in Kind if kind.value.is_retryable}
    assert retryable
    assert retryable <= RETRIED_BY_THE_COLLECTOR
    for kind in Kind:
        assert kind.value.is_retryable or kind.value.http_status not in RETRIED_BY_THE_COLLECTOR, kind


def test_the_health_check_asks_the_collector_of_the_data_directory(tmp_path: Path) -> None:
    def check() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(PACKAGING / "healthcheck.py")]
        environment = {**os.environ, "SPANLEDGER_DATA": str(tmp_path / "data")}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert "no collector answers" in check().stderr
    with Collector(configuration(tmp_path / "data")) as collector:
        assert (check().returncode, check().stderr) == (0, "")
        collector.stop()
    ended = check()
    assert ended.returncode == 1
    assert "no collector answers" in ended.stderr
