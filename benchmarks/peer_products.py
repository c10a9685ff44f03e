"""Arize Phoenix and MLflow as their documentation starts them, each from an environment of its own.

Both store in SQLite, their default, and send nothing home. Both price the calls themselves, as we do, and both have an
interface of their own that sums costs by day and model; that one is asked.
"""

import json
import os
import signal
import sqlite3
import subprocess
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.llm_spans import START_NS
from tests.collector.running import wait_until

DAY = timedelta(days=1)
HOW_TO = "python -m venv {folder}/{name} && {folder}/{name}/bin/pip install {package}"
_QUIET = {"PHOENIX_TELEMETRY_ENABLED": "false", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
_START_S = 300.0


@dataclass
class Product:
    """A peer that runs: ``command`` and ``environment`` start it, ``port`` takes OTLP over HTTP and its own queries."""

    name: str
    package: str
    port: int
    command: list[str]
    environment: dict[str, str]
    health: str
    headers: dict[str, str]
    database: Path
    folder: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def __enter__(self) -> "Product":
        self.folder.mkdir(parents=True)
        with (self.folder / "output.txt").open("wb") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={**os.environ, **_QUIET, **self.environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._is_up, f"{self.name} to answer", _START_S)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _is_up(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended: {(self.folder / 'output.txt').read_text()[-2000:]}")
        try:
            return bool(self.ask(self.health))
        except OSError:
            return False

    def ask(self, path: str, body: Any = None) -> bytes:
        """The answer to a GET, or to a POST of JSON."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            content: bytes = answer.read()
            return content

    def cpu_s(self) -> float:
        """CPU seconds of all its processes so far, ended ones included."""
        assert self.process is not None
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile
            if int(fields[3]) == self.process.pid:  # the session
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def stored(self) -> int:
        """Spans in its database, read beside it so that it costs the product nothing."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=60) as database:
            count: int = database.execute("select count(*) from spans").fetchone()[0]
            return count

    def disk_bytes(self) -> int:
        """The database with its journals."""
        return sum(path.stat().st_size for path in self.database.parent.glob(f"{self.database.name}*"))

    def cost_by_day_and_model(self, days: int) -> float:
        """Ask the product; the sum of all it answers, in US dollars."""
        return {"phoenix": _phoenix_costs, "mlflow": _mlflow_costs}[self.name](self, days)


def phoenix(venv: Path, folder: Path, port: int) -> Product:
    """`phoenix serve`."""
    return Product(
        "phoenix",
        "arize-phoenix",
        port,
        [str(venv / "bin" / "phoenix"), "serve"],
        {
            "PHOENIX_WORKING_DIR": str(folder),
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(port + 1),
        },
        "/healthz",
        {},
        folder / "phoenix.db",
        folder,
    )


def mlflow(venv: Path, folder: Path, port: int) -> Product:
    """`mlflow server` with one worker: on two cores several only take turns."""
    database = folder / "mlflow.db"
    command = [str(venv / "bin" / "mlflow"), "server", "--backend-store-uri", f"sqlite:///{database}"]
    return Product(
        "mlflow",
        "mlflow",
        port,
        [*command, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        {},
        "/health",
        {"x-mlflow-experiment-id": "0"},
        database,
        folder,
    )


def version(venv: Path, package: str) -> str:
    """The installed version."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.check_output([venv / "bin" / "python", "-c", code], text=True).strip()


def _first_day() -> datetime:
    return datetime.fromtimestamp(START_NS / 1e9, UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _phoenix_costs(product: Product, days: int) -> float:
    """Its GraphQL sums by model within a range of time: one field a day, all in one query."""
    parts = []
    for day in range(days):
        start, end = (f"{_first_day() + (day + more) * DAY:%Y-%m-%dT%H:%M:%SZ}" for more in (0, 1))
        span = f'timeRange: {{start: "{start}", end: "{end}"}}'
        summary = f'costSummary(projectId: "UHJvamVjdDox", {span}) {{ total {{ cost }} }}'
        parts.append(f"day{day}: topModelsByCost({span}) {{ name {summary} }}")
    query = f'{{ node(id: "UHJvamVjdDox") {{ ... on Project {{ {" ".join(parts)} }} }} }}'
    answer = json.loads(product.ask("/graphql", {"query": query}))
    found = answer["data"]["node"].values()
    return sum(float(model["costSummary"]["total"]["cost"]) for models in found for model in models)


def _mlflow_costs(product: Product, days: int) -> float:
    """Its metrics of spans, by model and bucket of a day."""
    start_ms = int(_first_day().timestamp() * 1000)
    asked = {
        "experiment_ids": ["0"],
        "view_type": 2,  # spans
        "metric_name": "total_cost",
        "aggregations": [{"aggregation_type": 2}],  # sum
        "dimensions": ["span_model_name"],
        "time_interval_seconds": 86_400,
        "start_time_ms": start_ms,
        "end_time_ms": start_ms + days * 86_400_000,
        "max_results": 1000,
    }
    answer = json.loads(product.ask("/api/3.0/mlflow/traces/metrics", asked))
    return sum(float(point["values"]["SUM"]) for point in answer["data_points"])
