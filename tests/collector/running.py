"""A real collector in processes of its own, for tests."""

import dataclasses
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from collector.config import CollectorConfig
from collector.store.lake import active_files
from collector.store.lake_store import store_of

TIMEOUT_S = 60.0


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = TIMEOUT_S) -> None:
    """Poll ``condition`` until it holds; fails naming ``what`` after ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"still waiting for {what} after {timeout_s} s"
        time.sleep(0.02)


def configuration(folder: Path, **changes: Any) -> CollectorConfig:
    """Ports chosen by the system, and quick rotation."""
    config = CollectorConfig(
        data=folder, lake=folder / "lake", grpc_port=0, http_port=0, log_segment_max_age_s=0.2, min_free_bytes=0
    )
    return dataclasses.replace(config, **changes)


@dataclasses.dataclass(frozen=True)
class Response:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Collector:
    """Starts `python -m collector`, with variables of ``environment`` beside ours; its errors go to
    `<data>/stderr.txt`."""

    def __init__(self, config: CollectorConfig, environment: dict[str, str] | None = None) -> None:
        self.config = config
        config.data.mkdir(parents=True, exist_ok=True)
        self.state_path = config.run / "collector.json"
        self.state_path.unlink(missing_ok=True)
        with (config.data / "stderr.txt").open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "collector"],
                stdin=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **(environment or {})},
            )
        assert self.process.stdin is not None
        self.process.stdin.write(config.to_json().encode() + b"\n")
        self.process.stdin.close()

    def __enter__(self) -> "Collector":
        wait_until(lambda: self.state_path.exists() or self.process.poll() is not None, "the collector to listen")
        assert self.process.poll() is None, self.errors()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    @property
    def state(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.state_path.read_text())
        return value

    @property
    def writer_state(self) -> dict[str, Any]:
        path = self.config.run / "writer.json"
        value: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return value

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.state['http_port']}"

    @property
    def grpc_address(self) -> str:
        return f"127.0.0.1:{self.state['grpc_port']}"

    def errors(self) -> str:
        return (self.config.data / "stderr.txt").read_text()

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Response:
        connection = http.client.HTTPConnection("127.0.0.1", self.state["http_port"], timeout=30)
        try:
            connection.request(method, path, body, headers or {}, encode_chunked=not isinstance(body, bytes | None))
            answer = connection.getresponse()
            return Response(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def send(self, body: bytes, path: str = "/v1/traces") -> Response:
        return self.request("POST", path, body, {"content-type": "application/x-protobuf"})

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(TIMEOUT_S)

    def stop(self, timeout_s: float = TIMEOUT_S) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    def waiting(self) -> list[Path]:
        """Log segments that are not in the lake yet."""
        return [*self.config.log.glob("*.open"), *self.config.log.glob("*.log")]


def rows(config: CollectorConfig) -> pa.Table:
    """Every row of the lake, as a reader sees it."""
    store, tables = store_of(config.lake, config.data), []
    for file in active_files(config.lake, store):
        with store.opened(file.path) as opened:
            tables.append(opened.read().replace_schema_metadata(None))
    return pa.concat_tables(tables)


def span_ids(config: CollectorConfig) -> list[bytes]:
    """The span ids in the lake."""
    return (
        list(rows(config)["span_id"].to_pylist())
        if active_files(config.lake, store_of(config.lake, config.data))
        else []
    )
