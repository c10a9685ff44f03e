"""SpanLedger beside Arize Phoenix and MLflow: the same requests, until each product can be asked what they cost.

    python -m benchmarks.peers --venvs .venv/peers [--requests 2000] [--phoenix-requests 40] [--mlflow-requests 40]

Input: requests of 512 spans with 24 attributes (`benchmarks.llm_spans`), no content, six hours apart, over OTLP/HTTP
on two connections. Each peer gets as many of them as it can take in within minutes; that number is printed.

* *ingest*: CPU seconds of all of a product's processes per million spans until they can be queried. Ours: a collector
  from its start to its end, and a build of everything from nothing by the command line, dbt's fixed cost included.
  Theirs: from the first request to the last span in the database, their start not counted.
* *disk*: theirs is the database, ours the lake and the build together; the lake alone is printed, too.
* *query*: cost by day and model through the product's own interface, the median of several, all processes' CPU for
  each million spans it looked at. Ours reads single calls, not a sum made before.

The promises: at least 300 (Phoenix) and 50 (MLflow) times fewer CPU seconds, at most a tenth of the disk, a query at
least 20 times cheaper. Peers that are not installed are left out, and how to install them is said.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.door_to_lake import finish, free_ports, post_all, send_http
from benchmarks.llm_spans import SPANS, make
from benchmarks.measuring import Spread, children_cpu_s, end, say
from benchmarks.peer_products import HOW_TO, Product, mlflow, phoenix, version
from collector.store.lake import active_files
from tests.collector.running import Collector, configuration, wait_until
from tests.lake import open_warehouse

EVERY_S = 6 * 3600
CONNECTIONS = 2
PROMISED = {"phoenix": 300, "mlflow": 50}
MOST_DISK, LEAST_QUERY = 1 / 10, 20
_DRAIN_S = 3600.0
_QUERY = "select date, model, sum(cost_usd) as cost_usd from fct_calls group by all"


Start = Callable[[Path, Path, int], Product]
_PACKAGES = {"phoenix": "arize-phoenix", "mlflow": "mlflow"}


def how_to(start: Start, venvs: Path) -> str:
    """The line that installs a peer."""
    return HOW_TO.format(folder=venvs, name=start.__name__, package=_PACKAGES[start.__name__])


@dataclass(frozen=True)
class Figures:
    """What one product needed for ``spans`` spans."""

    name: str
    spans: int
    ingest_cpu_s: float
    disk_bytes: int
    query_cpu_s: Spread
    cost_usd: float

    @property
    def ingest_per_million(self) -> float:
        """CPU seconds."""
        return self.ingest_cpu_s / self.spans * 1e6

    @property
    def query_per_million(self) -> float:
        """CPU seconds."""
        return self.query_cpu_s.median / self.spans * 1e6

    def show(self) -> None:
        say(f"{self.name}: {self.spans:,} spans, which cost {self.cost_usd:.6f} USD by its own prices")
        say(f"  ingest {self.ingest_per_million:12,.1f} CPU s a million ({self.ingest_cpu_s:.1f} s)")
        say(f"  disk   {self.disk_bytes / self.spans:12,.1f} bytes a span")
        say(f"  query  {self.query_per_million:12,.3f} CPU s a million ({self.query_cpu_s.median * 1000:.1f} ms)")


def ours(bodies: list[bytes], queries: int) -> Figures:
    """Collector, build, query."""
    spans = len(bodies) * SPANS
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        before = children_cpu_s()
        with Collector(configuration(data, log_segment_max_age_s=2.0)) as collector:
            post_all(send_http, collector, bodies, CONNECTIONS)
            finish(collector)
        landed = children_cpu_s()
        _build(data)
        built = children_cpu_s()
        rows = sum(file.rows for file in active_files(data / "lake"))
        if rows != spans:
            raise RuntimeError(f"{rows} rows in the lake, {spans} spans sent")
        say(f"spanledger: door and lake {landed - before:.1f} CPU s, build from nothing {built - landed:.1f} CPU s")
        lake, builds = (_size(data / name) for name in ("lake", "builds"))
        say(f"            lake {lake / spans:.1f} bytes a span, build {builds / spans:.1f}")
        taken, cost = _ask_ours(data, spans, queries)
    return Figures("spanledger", spans, built - before, lake + builds, taken, cost)


def _build(data: Path) -> None:
    command = [str(Path(sys.executable).parent / "spanledger"), "build", "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=data)
    if done.returncode:
        raise RuntimeError(f"spanledger build ended with {done.returncode}: {done.stdout}{done.stderr}")


def _ask_ours(data: Path, spans: int, queries: int) -> tuple[Spread, float]:
    taken = []
    with open_warehouse(data) as warehouse:
        [counted] = warehouse.execute("select count(*) from fct_calls").fetchone() or (0,)
        if counted != spans:
            raise RuntimeError(f"{counted} calls in the build, {spans} spans sent")
        for _ in range(queries + 1):
            start = time.process_time()
            rows = warehouse.execute(_QUERY).fetchall()
            taken.append(time.process_time() - start)
    return Spread(tuple(taken[1:])), float(sum(row[2] for row in rows))


def theirs(product: Product, bodies: list[bytes], queries: int) -> Figures:
    """A running peer."""
    spans = len(bodies) * SPANS
    before = product.cpu_s()
    _send(product, bodies)
    wait_until(lambda: product.stored() >= spans, f"{product.name} to store {spans} spans", _DRAIN_S)
    stored = product.cpu_s()
    days = len(bodies) * EVERY_S // 86_400 + 2
    product.cost_by_day_and_model(days)
    taken = []
    for _ in range(queries):
        # the accounting ticks in hundredths of a second: ten to a reading
        start = product.cpu_s()
        costs = [product.cost_by_day_and_model(days) for _ in range(10)]
        taken.append((product.cpu_s() - start) / 10)
    return Figures(product.name, spans, stored - before, product.disk_bytes(), Spread(tuple(taken)), costs[0])


def _send(product: Product, bodies: list[bytes]) -> None:
    failures: list[str] = []

    def send(part: list[bytes]) -> None:
        try:
            send_http(product.port, part, headers=product.headers, timeout_s=_DRAIN_S)
        except (OSError, RuntimeError) as error:
            failures.append(str(error))

    threads = [threading.Thread(target=send, args=(bodies[number::CONNECTIONS],)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{product.name}: {failures[0]}")


def compare(us: Figures, peer: Figures) -> list[str]:
    """Print the ratios; the promises that do not hold."""
    times = peer.ingest_per_million / us.ingest_per_million
    disk = (us.disk_bytes / us.spans) / (peer.disk_bytes / peer.spans)
    query = peer.query_per_million / us.query_per_million
    say(f"against {peer.name}: {times:,.0f} x fewer CPU s, 1/{1 / disk:.1f} the disk, query {query:,.0f} x cheaper")
    promises = {
        f"{PROMISED[peer.name]} x fewer CPU seconds than {peer.name}, found {times:.0f}": times >= PROMISED[peer.name],
        f"a tenth of {peer.name}'s disk, found {disk:.3f}": disk <= MOST_DISK,
        f"a query {LEAST_QUERY} x cheaper than {peer.name}'s, found {query:.1f}": query >= LEAST_QUERY,
    }
    return [promise for promise, holds in promises.items() if not holds]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Measure what is installed; exit non-zero when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venvs", type=Path, default=Path(".venv/peers"), help="folder of phoenix/ and mlflow/")
    parser.add_argument("--requests", type=int, default=2000, help="of 512 spans, to SpanLedger")
    parser.add_argument("--phoenix-requests", type=int, default=40)
    parser.add_argument("--mlflow-requests", type=int, default=40)
    parser.add_argument("--queries", type=int, default=5)
    options = parser.parse_args()
    say(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    bodies = [make(seed, every_s=EVERY_S) for seed in range(options.requests)]
    us = ours(bodies, options.queries)
    us.show()
    broken: list[str] = []
    for start in (phoenix, mlflow):
        name = start.__name__
        venv = (options.venvs / name).absolute()
        if not venv.exists():
            say(f"{name} is not there; to compare: {how_to(start, options.venvs)}")
            continue
        say(f"{name} {version(venv, _PACKAGES[name])}")
        with tempfile.TemporaryDirectory() as folder, start(venv, Path(folder) / name, free_ports(2)) as product:
            peer = theirs(product, bodies[: getattr(options, f"{name}_requests")], options.queries)
        peer.show()
        broken += compare(us, peer)
    end(broken)


if __name__ == "__main__":
    main()
