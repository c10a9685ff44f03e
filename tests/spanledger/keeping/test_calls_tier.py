"""The calls' tier: calls of closed days go from every file, and no figure changes, now or later."""

import functools
import os
import shutil
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from collector.store import outcome_files
from collector.store.erasing import sha256
from sample_traces.company import requests, simulate
from sample_traces.otlp import pack
from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.keeping import calls_tier, closed_days, restoring, retention
from spanledger.keeping.backup import Backup
from spanledger.prices.price_files import PriceFiles
from spanledger.published.build_errors import BuildError
from spanledger.published.current import question
from tests.collector.killing import in_child, killed_before
from tests.end_to_end.charging import PRICES, ask, call, deliver, write_charges
from tests.lake import land, open_warehouse
from tests.object_store import ObjectServer
from transforms.outcomes import SCHEMA as OUTCOMES

CUT, NEXT_CUT = date(2026, 11, 1), date(2026, 12, 1)
ARRIVED, NOW = datetime(2026, 11, 9, 8, tzinfo=UTC), datetime(2027, 3, 10, 8, tzinfo=UTC)
MONTHS = 4
OF_CALLS = {
    **dict.fromkeys(("fct_calls", "fct_call_charges", "fct_call_shapes", "fct_spans", "fct_workflow_runs"), "date"),
    **dict.fromkeys(("fct_tasks", "fct_tasks_direct", "rpt_tasks_daily"), "task_date"),
    **dict.fromkeys(("rpt_agent_loops", "rpt_escalation_chains", "fct_outcomes"), "date"),
}
"""Tables that end where calls do, with the column that says so."""
OVER_CALLS = {"rpt_version_costs", "rpt_versions", "rpt_lever_calls"}
"""Tables over all calls that are kept, whose descriptions say so."""
BUDGETS = """\
- budget: team
  scope: {user_id: "*"}
  limit_usd: 1
  window: {kind: month}
"""


@dataclass
class Place:
    """A data directory with all that its builds are told."""

    folder: Path
    now: datetime = NOW
    in_store: PurePath | None = None

    @property
    def lake(self) -> PurePath:
        return self.in_store or self.data / "lake"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def build(self, *, full: bool = False) -> None:
        Builder(
            *(self.data, self.lake, PriceFiles(prices=self.folder / "prices.csv")),
            ChargeFiles(charges=self.folder / "charges.csv"),
            clock=lambda: self.now,
        ).build(full_refresh=full)

    def close(self, months: int = MONTHS, *, fails: bool = False) -> list[dict[str, Any]]:
        def build() -> None:
            if fails:
                raise BuildError("a disk is full")
            self.build()

        return calls_tier.expire(self.data, self.lake, months, self.now, build)

    def expire(self, days: int) -> list[retention.Day]:
        return retention.expire(self.data, self.lake, days, self.now)

    def tables(self) -> dict[str, pa.Table]:
        """Every table that readers see."""
        with open_warehouse(self.data) as warehouse:
            query = "select table_name from information_schema.tables where table_schema = 'main'"
            listed = [name for (name,) in warehouse.execute(query).fetchall()]
            names = [name for name in listed if name.startswith(("fct_", "rpt_", "dim_"))]
            return {name: warehouse.execute(f"from {name}").to_arrow_table() for name in names}


def _at_ns(at: datetime) -> int:
    return int(at.timestamp()) * 10**9


def _said(data: Path, part: str, **rows: str) -> None:
    said = [
        {
            "revision_id": f"{part}-{task}",
            "organization": "acme",
            "task_id": task,
            "outcome": outcome,
            "source": "api",
            "judged_at": ARRIVED,
            "recorded_at": ARRIVED,
        }
        for task, outcome in rows.items()
    ]
    outcome_files.write(outcome_files.folder_of(data), part, pa.Table.from_pylist(said, schema=OUTCOMES))


def _differences(before: dict[str, pa.Table], after: dict[str, pa.Table], *, since: date | None) -> dict[str, Any]:
    """Rows on one side only; of tables of calls, of days from ``since`` on."""
    found = {}
    with duckdb.connect() as connection:
        for name in sorted(before.keys() | after.keys()):
            one, other = before[name], after[name]
            where = f"where {OF_CALLS[name]} >= date '{since}'" if since and name in OF_CALLS else ""
            for left, right in (("one", "other"), ("other", "one")):
                query = f"from (from {left} {where}) except all from (from {right} {where}) limit 2"
                if rows := connection.execute(query).fetchall():
                    found[f"{name}, only {left}"] = rows
            del one, other
    return {name: rows for name, rows in found.items() if name.partition(",")[0] not in OVER_CALLS}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Twelve days around the cut, among them tasks that go over it; raw spans are gone by their age."""
    place = Place(tmp_path_factory.mktemp("tier"))
    (place.folder / "prices.csv").write_text(PRICES)
    write_charges(
        place.folder / "charges.csv", "seat,subscription,openai,a seat,31,USD,2026-10-01,2026-10-31,invoice,,"
    )
    company = simulate(7, 12, 0.12, end=date(2026, 11, 6))
    land(requests(company, 5), place.data, received_at_ns=_at_ns(ARRIVED))
    day = ["2026-10-20", "2026-10-31", "2026-11-01", "2026-11-03"]
    deliver(
        place.data, call(1, day[0], 1000, "gone-user", task="gone"), call(2, day[1], 1000, "both-user", task="both")
    )
    deliver(place.data, call(3, day[2], 1000, "both-user", task="both"), call(4, day[3], 1000, "new-user", task="new"))
    _said(place.data, "first", gone="success", both="failure", new="success", nobody="success")
    place.build()
    (place.folder / "prices.csv").write_text(PRICES.replace("2.5", "3.5"))
    place.build()  # restates calls of closed days, and others
    place.expire(100)
    return place


def test_killed_while_it_closes_either_nothing_is_closed_or_the_next_run_ends_it(place: Place, tmp_path: Path) -> None:
    def closing(data: Path) -> None:
        calls_tier.expire(data, data / "lake", MONTHS, NOW, lambda: os._exit(0))

    def records(data: Path) -> dict[str, str]:
        paths = [path for path in (data / "records").rglob("*.*") if path.is_file()]
        seen = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(data).parts)]
        return {str(path.relative_to(data)): sha256(path) for path in seen}

    before = records(shutil.copytree(place.data, tmp_path / "before"))
    whole = shutil.copytree(place.data, tmp_path / "whole")
    assert in_child(lambda: closing(whole)) == 0
    number, code, seen = -2, -signal.SIGKILL, Counter[bool]()
    while code == -signal.SIGKILL:
        number += 3
        data = shutil.copytree(place.data, tmp_path / str(number))

        def killed(number: int = number, data: Path = data) -> None:
            killed_before(number)
            closing(data)

        code = in_child(killed)
        is_closed = bool(closed_days.read(data).closings)
        seen[is_closed] += 1
        if not is_closed:
            assert records(data) == before
        assert in_child(functools.partial(closing, data)) == 0
        assert records(data) == records(whole)
        shutil.rmtree(data)
    assert min(seen[True], seen[False]) > 2


def test_with_a_lake_in_an_object_store_they_close_alike(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Place(shutil.copytree(place.folder, tmp_path / "folder"))
    later = [call(50, "2026-10-20", 5000, task="gone"), call(52, "2026-12-20", 1000, task="both")]
    land(pack(later, 1), folder.data, received_at_ns=_at_ns(NOW))
    server = ObjectServer(tmp_path / "weed")
    server.start()
    try:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        store = Place(tmp_path / "store")
        shutil.copytree(folder.folder, store.folder, ignore=shutil.ignore_patterns("lake"))
        store.in_store = server.lake_of(folder.data / "lake", store.data)
        receipts, tables = [], []
        for one in (folder, store):
            one.build()
            receipts += one.close()
            tables.append(one.tables())
    finally:
        server.kill()
    assert [one["digest"] for one in receipts] == [receipts[0]["digest"]] * 2
    changed = _differences(*tables, since=None)
    assert {one.partition(",")[0] for one in changed} == {"fct_restatements"}, "which names builds by their ids"
    days = tables[1]["fct_calls"]["date"].to_pylist()
    assert (min(days), max(days)) == (CUT, date(2026, 12, 20))


def test_daily_figures_stay_and_calls_go(place: Place, tmp_path: Path) -> None:
    before = place.tables()
    with open_warehouse(place.data) as warehouse:
        gone = _names(warehouse, f"date < date '{CUT}' and task_id is distinct from 'both'")
        kept = _names(warehouse, f"date >= date '{CUT}' or task_id = 'both'")
    assert calls_tier.due(place.data, place.data / "lake", MONTHS, NOW.date()).calls > 100  # type: ignore[union-attr]
    with pytest.raises(BuildError):
        place.close(fails=True)
    assert min(place.tables()["fct_calls"]["date"].to_pylist()) < CUT, "readers have the build before"
    [receipt] = place.close()
    assert place.close() == [], "done once"
    after = place.tables()
    changed = _differences(before, after, since=CUT)
    assert {one.partition(",")[0] for one in changed} == {"fct_restatements", "fct_price_changes", "fct_outcomes"}
    for name, (id_, *others) in {
        "fct_restatements": ("call_id", "date", "reason", "change_usd"),
        "fct_price_changes": ("call_id", "date", "change_usd"),
    }.items():
        for column in others:
            assert Counter(before[name][column].to_pylist()) == Counter(after[name][column].to_pylist())
        assert {row[id_] is None for row in after[name].to_pylist() if row["date"] < CUT} == {True}
    said = [
        [row["reference"] for row in tables["fct_outcomes"].to_pylist() if row["reference"]]
        for tables in (before, after)
    ]
    assert sorted(said[0]) == ["both", "gone", "new", "nobody"]
    assert sorted(said[1]) == ["both", "new", "nobody"]
    assert min(after["fct_calls"]["date"].to_pylist()) == CUT
    assert receipt["gone_calls"] == sum(day < CUT for day in before["fct_calls"]["date"].to_pylist()) - 1
    assert (receipt["spans"], receipt["gone_outcomes"]) == (1, 1)
    _holds_no_name(place.data, gone - kept)
    place.build(full=True)
    assert _differences(after, place.tables(), since=None) == {}
    restored = Place(tmp_path, NOW)
    (place.data / "hash.key").write_bytes(b"k" * 32)
    folder, manifest = restoring.find(Backup(place.data, place.data / "lake", tmp_path / "backups").run().folder)
    restoring.restore(folder, manifest, restored.data, restored.data / "lake", lambda: None)
    for name in ("prices.csv", "charges.csv"):
        (restored.folder / name).write_bytes((place.folder / name).read_bytes())
    restored.build()
    assert _differences(after, restored.tables(), since=None) == {}


def test_what_comes_for_closed_days_is_counted_and_in_no_figure(place: Place) -> None:
    """Also once the raw spans have gone in their turn, and where a task of closed days goes on."""
    before = place.tables()
    deliver_at = _at_ns(NOW + timedelta(days=1))
    place.now = NOW + timedelta(days=1, hours=1)
    late = [call(50, "2026-10-20", 5000, "late-user", task="late"), call(51, "2026-10-31", 5000, task="both")]
    later = call(52, "2026-12-20", 1000, "both-user", task="both")
    land(pack([*late, later], 1), place.data, per_segment=1, received_at_ns=deliver_at)
    place.build()
    carried = place.tables()
    counted = [
        {"arrived_date": NOW.date() + timedelta(days=1), "organization": "acme", "date": day, "spans": 1}
        for day in LATE_DAYS
    ]
    assert carried["rpt_late_spans"].sort_by("date").to_pylist() == counted
    assert {"late-user"}.isdisjoint(carried["fct_calls"]["user_id"].to_pylist())
    days = _closed_part(before)
    assert _differences(days, _closed_part(carried), since=None) == {}
    assert _spent(carried) == _spent(before) + Decimal("0.0035")
    place.build(full=True)
    assert _differences(carried, place.tables(), since=None) == {}
    with open_warehouse(place.data) as warehouse:
        held = warehouse.execute(question("invariants")).fetchall()
        assert [row for row in held if row[1] != row[2]] == []
    place.now += timedelta(days=100)
    [removed] = [day for day in place.expire(50) if not day.why_kept]
    assert removed.spans == 3
    write_charges(
        place.folder / "charges.csv",
        "seat,subscription,openai,a seat,31,USD,2026-10-01,2026-10-31,invoice,,",
        "back,credit,openai,for October,-5,USD,2026-10-01,2026-10-31,invoice,,",
    )
    place.build(full=True)
    known = "reason = 'known after its day was closed' and view = 'split'"
    found = ask(place.data, f"select sum(cost_usd), count(*) from rpt_attribution where {known}")
    assert found == [(Decimal(-5), 30)]
    assert place.tables()["rpt_late_spans"].sort_by("date").to_pylist() == counted
    changed = _differences(days, _closed_part(place.tables()), since=None)
    assert {one.partition(",")[0] for one in changed} == {"rpt_attribution", "rpt_total_cost"}, "by the credit"


def test_another_month_goes_like_the_first(place: Place) -> None:
    """After the first: what it left of a task that goes on, and what came late, are neither lost nor counted again."""
    before = place.tables()
    with open_warehouse(place.data) as warehouse:
        gone = _names(warehouse, f"date < date '{NEXT_CUT}' and task_id is distinct from 'both'")
        kept = _names(warehouse, f"date >= date '{NEXT_CUT}' or task_id = 'both'")
    [receipt] = place.close(6)
    assert receipt["calls_from"] == NEXT_CUT
    after = place.tables()
    changed = _differences(before, after, since=NEXT_CUT)
    records = {"fct_restatements", "fct_price_changes", "fct_outcomes"}
    assert {one.partition(",")[0] for one in changed} <= {*records, "rpt_data_quality"}
    bare = (  # a task's id goes with the task
        one | {"rpt_data_quality": one["rpt_data_quality"].drop_columns("subjects")} for one in (before, after)
    )
    assert {one.partition(",")[0] for one in _differences(*bare, since=NEXT_CUT)} <= records
    assert after["fct_calls"]["date"].to_pylist() == [date(2026, 12, 20)]
    days = before["fct_calls"]["date"].to_pylist()
    assert receipt["gone_calls"] == sum(CUT <= day < NEXT_CUT for day in days) - 1
    _holds_no_name(place.data, gone - kept)
    place.build(full=True)
    assert _differences(after, place.tables(), since=None) == {}
    with open_warehouse(place.data) as warehouse:
        held = warehouse.execute(question("invariants")).fetchall()
        assert [row for row in held if row[1] != row[2]] == []


LATE_DAYS = (date(2026, 10, 20), date(2026, 10, 31))


def _spent(tables: dict[str, pa.Table]) -> Decimal:
    return sum((cost for cost in tables["fct_calls"]["cost_usd"].to_pylist() if cost is not None), Decimal(0))


def _closed_part(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Rows of closed days."""
    found = {}
    for name, rows in tables.items():
        column = next((one for one in ("date", "task_date") if one in rows.column_names), None)
        if (
            column
            and name.startswith("rpt_")
            and name not in ("rpt_late_spans", "rpt_forecast_daily", "rpt_forecasts_kept")
        ):
            found[name] = rows.filter(pc.less(rows[column], pa.scalar(CUT)))
    return found


def _names(warehouse: duckdb.DuckDBPyConnection, where: str) -> set[str]:
    columns = ("call_id", "trace_id", "span_id", "task_id", "workflow_run_id", "user_id")
    rows = warehouse.execute(f"select {', '.join(columns)} from fct_calls where {where}").fetchall()
    return {name for row in rows for name in row if name}


def _holds_no_name(data: Path, names: set[str]) -> None:
    """Every value of every Parquet file and database below ``data``, read by code that is not the product's."""
    assert len(names) > 500
    found = {}
    for path in sorted(data.rglob("*")):
        if path.suffix == ".parquet":
            rows = pq.ParquetFile(path).read()
            tables = {path.name: rows}
        elif path.suffix == ".duckdb" and path.is_file() and not path.is_symlink():
            with duckdb.connect(str(path), read_only=True) as connection:
                listed = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                tables = {
                    name: connection.execute(f'from "{schema}"."{name}"').to_arrow_table() for schema, name in listed
                }
        else:
            continue
        for name, rows in tables.items():
            for one in _texts(rows.to_pylist()):
                if one in names:
                    found[f"{path.relative_to(data)} {name}"] = one
    assert found == {}


def _texts(value: object) -> Any:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
