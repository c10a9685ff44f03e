"""Five weeks of the simulated company with its budgets and charges, and a call whose names are markup; built once."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

import sample_traces
from collector.files import make_folder, write_json
from sample_traces.company import requests, simulate, write_prices
from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.building.build import Builder
from spanledger.building.build_figures import NAME
from spanledger.charges.charge_files import ChargeFiles
from spanledger.prices.price_files import PriceFiles
from tests.lake import land, open_warehouse
from tests.once import once

END = date(2026, 11, 16)
"""The day after the company's last: a Monday."""
HOSTILE = "<script>alert('1')</script>|`x`\"&[a](http://e.example)"
NOW = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)
DEMO = Path(sample_traces.__file__).parent / "demo"


def hostile_call() -> bytes:
    """A call whose names are markup, on a Friday; dear enough to be an incident."""
    start = round(datetime(2026, 11, 13, 9, tzinfo=UTC).timestamp()) * 10**9
    attributes: Attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 2_000_000, "gen_ai.usage.output_tokens": 2_000, "spanledger.workflow.id": HOSTILE,
        "spanledger.team": HOSTILE, "spanledger.task.id": "t-1", "spanledger.task.outcome": "success",
        "spanledger.traffic_source": "production", "spanledger.step": HOSTILE,
    }  # fmt: skip
    trace = hashlib.md5(b"hostile").hexdigest()
    made = span(trace, trace[:16], None, "chat", (start, start + 10**9), attributes)
    (body,) = pack(
        [
            Sent(
                (
                    ("service.name", "hostile"),
                    ("spanledger.organization", "northwind"),
                    ("deployment.environment.name", "prod"),
                ),
                ("app", "1"),
                made,
            )
        ],
        1,
    )
    return body


@pytest.fixture(scope="package")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory; to be read only."""
    return once(tmp_path_factory, "reports", make_company) / "data"


def make_company(folder: Path) -> None:
    """Five weeks of the simulated company, built."""
    data = folder / "data"
    history = simulate(7, 36, 0.08, end=END)
    built_at = datetime(2026, 11, 16, 5, tzinfo=UTC)
    arrived = round(built_at.timestamp()) * 10**9
    land([*requests(history), hostile_call()], data, per_segment=100, received_at_ns=arrived)
    write_prices(history, data / "prices.csv")
    prices, charges = PriceFiles(data / "prices.csv"), ChargeFiles(charges=DEMO / "charges.csv")
    files = (data, data / "lake", prices, charges)
    Builder(*files, budgets_file=DEMO / "budgets.yml", clock=lambda: built_at).build()


@pytest.fixture
def marts(company: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its published build."""
    with open_warehouse(company) as connection:
        yield connection


@pytest.fixture
def data(company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory that shares the company's build, and was complete a minute ago."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    for name in ("builds", "facts", "lake"):
        (data / name).symlink_to(company / name)
    complete(data, NOW - timedelta(minutes=1))
    return data


def complete(data: Path, at: datetime) -> None:
    """As a builder says when the published build last held all that was in the lake."""
    make_folder(data / "run")
    write_json(data / "run" / NAME, {"complete_at": at.timestamp()})
