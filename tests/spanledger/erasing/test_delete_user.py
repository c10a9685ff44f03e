"""`spanledger delete-user`: after it no file names the user, and every figure is what it was."""

import datetime
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from collector.store.compaction import Compaction
from collector.store.lake import COMPACT_PREFIX, active_files
from sample_traces.company import requests, simulate
from spanledger.building.build import Builder
from spanledger.cli import main
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land, open_warehouse
from transforms.erasure import Subject
from transforms.erasure_requests import erased_request
from transforms.pseudonyms import pseudonym

KEY = b"k" * 32
NOTE = "telephoned"
USER = "ann-4711"
USERS = [USER, "ann-4711-b", "joanne", f"x.{USER}"]
"""The second and the last hold the first as a word."""


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    """Two days of a small company, each trace with a user; some say so in other places as well."""
    return [with_users(body) for body in requests(simulate(7, 2, 0.03, end=date(2026, 11, 1)), 5)]


def with_users(body: bytes) -> bytes:
    request = ExportTraceServiceRequest.FromString(body)
    for span in (span for one in request.resource_spans for scope in one.scope_spans for span in scope.spans):
        user = USERS[span.trace_id[0] % len(USERS)]
        for key, value in (
            ("user.id", user),
            ("note", f"{NOTE} {user}."),
            ("chat", json.dumps([{"for": f"a\n{user}"}])),
        ):
            span.attributes.append(KeyValue(key=key, value=AnyValue(string_value=value)))
        span.status.message = f"quota of {user}"
    return request.SerializeToString()


def run(data: Path, user: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["delete-user", user, "--data", str(data), *more], catch_exceptions=False)


def users(data: Path) -> dict[str, int]:
    """Calls of each user in the published build."""
    with open_warehouse(data) as warehouse:
        said = warehouse.execute("select user_id, count(*) from fct_calls where user_id is not null group by 1")
        return dict(said.fetchall())


@pytest.fixture(scope="module")
def built(bodies: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A lake with merged files, replaced ones beside them, and two builds; and a copy of all that.

    Builds name their facts by path: a test starts from the copy, put back where it was made."""
    data, kept = (tmp_path_factory.mktemp(name) / "data" for name in ("built", "kept"))
    (data / "lake").mkdir(parents=True)
    (data / "hash.key").write_bytes(KEY)
    half, builder = len(bodies) // 2, Builder(data, data / "lake")
    land(bodies[:half], data, per_segment=4)
    builder.build()
    land(bodies[half:], data, per_segment=4)
    builder.build()
    Compaction(data / "lake" / "spans", max_rows=2000, grace_s=3600).run(datetime.datetime.now(datetime.UTC), [])
    assert list((data / "lake").rglob(f"{COMPACT_PREFIX}*"))
    assert set(users(data)) == set(USERS)
    shutil.copytree(data, kept)
    return data, kept


@pytest.fixture
def data(built: tuple[Path, Path]) -> Path:
    """That data directory, whatever the test before did to it."""
    data, kept = built
    shutil.rmtree(data)
    shutil.copytree(kept, data)
    return data


def contents(data: Path) -> Iterator[tuple[Path, bytes]]:
    """What every file says, Parquet and DuckDB as their values: written without the product's code."""
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            yield path, str(pq.ParquetFile(path).read().to_pylist()).encode()
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for schema, name in connection.execute(
                    "select schema_name, table_name from duckdb_tables() where not internal"
                ).fetchall():
                    yield path, str(connection.execute(f'from "{schema}"."{name}"').fetchall()).encode()
        else:
            yield path, path.read_bytes()


def naming(data: Path, *ids: str) -> set[str]:
    whole = re.compile(rb"(?<!x\.)(" + b"|".join(re.escape(one.encode()) for one in ids) + rb")(?!-b)")
    return {str(path.relative_to(data)) for path, held in contents(data) if whole.search(held)}


@pytest.mark.timeout(900)  # four builds, every file read again
def test_no_file_names_the_user_and_every_figure_stays(bodies: list[bytes], data: Path, tmp_path: Path) -> None:
    user, calls = USER, users(data)
    before = naming(data, user)
    assert {name.partition("/")[0] for name in before} >= {"lake", "facts"}

    said = run(data, user)
    assert said.exit_code == 0, said.output
    assert user not in said.output
    assert naming(data, user, pseudonym(user, KEY)) == set()
    [(alias, alias_calls)] = set(users(data).items()) - set(calls.items())
    assert alias_calls == calls[user]
    assert len(list((data / "builds").glob("*/warehouse.duckdb"))) == 1, "older builds are gone"

    subject = Subject(None, (user,), alias, tuple(USERS[1:]))
    other = tmp_path / "other"
    land([erased_request(body, "span", subject) for body in bodies], other, per_segment=4)
    Builder(other, other / "lake").build()
    assert unequal_marts(data, other) == {}, "figures are those of the same calls made by somebody unknown"
    assert sum(file.rows for file in active_files(data / "lake")) == sum(
        file.rows for file in active_files(other / "lake")
    )

    [receipt] = (data / "records" / "erasures").iterdir()
    proof = json.loads(receipt.read_text())
    changed = {change["path"] for change in proof["changes"]}
    assert {name for name in before if not name.startswith("builds")} <= changed
    assert all(change["sha256_before"] != change["sha256_after"] for change in proof["changes"])
    assert alias not in receipt.read_text()

    verified = run(data, user, "--verify")
    assert (verified.exit_code, "0 name the user" in verified.output) == (0, True)
    assert receipt.stem in verified.output
    build = (data / "builds" / "CURRENT").read_text()
    again = run(data, pseudonym(user, KEY))
    assert again.exit_code == 0
    assert (data / "builds" / "CURRENT").read_text() == build, "nothing was left to do"


@pytest.mark.timeout(900)
def test_with_the_calls_it_is_a_build_of_the_data_without_the_user(
    bodies: list[bytes], data: Path, tmp_path: Path
) -> None:
    user, other = USER, tmp_path / "other"
    theirs = {
        span.trace_id
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        if any(one.key == "user.id" and one.value.string_value == user for one in span.attributes)
    }
    assert theirs
    said = run(data, user, "--remove-calls")
    assert said.exit_code == 0, said.output
    assert naming(data, user) == set()
    land([without(body, theirs) for body in bodies], other, per_segment=4)
    Builder(other, other / "lake").build()
    assert unequal_marts(data, other) == {}
    with open_warehouse(data) as warehouse:
        reasons = warehouse.execute("select distinct reason from fct_restatements where figure = 'cost'").fetchall()
    assert ("withdrawn",) in reasons, "published figures that changed are written down"


def without(body: bytes, traces: set[bytes]) -> bytes:
    request = ExportTraceServiceRequest.FromString(body)
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            kept = [span for span in scope.spans if span.trace_id not in traces]
            del scope.spans[:]
            scope.spans.extend(kept)
    return request.SerializeToString()
