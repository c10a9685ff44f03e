"""The published build: there, whole, of the expected shape, up to date, and adding up."""

import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from collector.store.lake import active_files
from collector.store.lake_file import LakeError
from spanledger.doctor.doors import builder_problem
from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.freshness import behind
from spanledger.published.builds import Builds
from spanledger.published.current import question
from spanledger.published.project import described
from spanledger.running.preflight import holder
from spanledger.settings import Settings
from transforms.installation import BUILDER_LOCK
from transforms.published_build import pointer_of

SHOWN = 5
LATE_INTERVALS = 5
"""Intervals after which new data should be in a build, even if one took long."""
REFRESH = "spanledger build --full-refresh"


def builds(settings: Settings) -> Iterator[Finding]:
    """Everything about the published build, the deeper questions only where the ones before are answered."""
    data = settings.data.absolute()
    if not pointer_of(data).exists():
        yield _unpublished(settings)
        return
    every = Builds(data)
    try:
        warehouse = every.published
        if warehouse is None:
            yield fault("build", f"{every.pointer} is empty", _start_anew(every))
            return
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            yield from _shape(connection, every)
            yield from _sums(connection)
            yield from _unpriced(connection)
    except FileNotFoundError as error:
        yield fault("build", str(error), _start_anew(every))
        return
    except duckdb.Error as error:
        first_line = str(error).splitlines()[0]
        yield fault("build", f"{every.current} cannot be read: {first_line}", _start_anew(every))
        return
    yield from _freshness(settings)


def _unpublished(settings: Settings) -> Finding:
    try:
        arrived = sum(file.rows for file in active_files(settings.lake_path, settings.lake_store))
    except (LakeError, pa.ArrowException, OSError):
        return note("build", "nothing has been published yet", "put the lake right first, then spanledger build")
    if arrived:
        return fault("build", f"{arrived:,} spans are in the lake and nothing has been published", "spanledger build")
    return ok("build", "nothing has arrived, so nothing has been published")


def _start_anew(every: Builds) -> str:
    """Builds are made from the lake: pointer and build may go, and another whole build can stand in at once."""
    pointer = every.pointer
    whole = [
        path.parent.name
        for path in sorted(every.folder.glob("*/warehouse.duckdb"))
        if path.parent.name != every.current
    ]
    back = f"; to go back to an older build meanwhile: echo {whole[-1]} > {pointer}" if whole else ""
    folder = every.folder / str(every.current)
    broken = f"-r {folder} {pointer}" if folder.exists() else str(pointer)
    return f"rm {broken} && {REFRESH} (everything is made anew from the lake){back}"


def _shape(connection: duckdb.DuckDBPyConnection, every: Builds) -> Iterator[Finding]:
    named = connection.execute("select build_id from main.build_info").fetchall()
    files = [Path(path) for (path,) in connection.execute("select path from meta.history_files").fetchall()]
    missing = [str(path) for path in files if not path.exists()]
    there = {
        (table, column): kind
        for table, column, kind in connection.execute(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = 'main'"
        ).fetchall()
    }
    wrong = [f"{table}.{column}" for table, column in _contracts() if (table, column) not in there]
    if named != [(every.current,)]:
        yield fault("build", f"the folder {every.current} holds the build {named}: it was renamed or copied", REFRESH)
    elif missing:
        yield fault("build", f"{len(missing)} of its files are missing, such as {missing[0]}", REFRESH)
    elif wrong:
        detail = f"{every.current} lacks {len(wrong)} expected columns, such as {', '.join(wrong[:SHOWN])}"
        yield fault("build", f"{detail}: it was made by another version", REFRESH)
    else:
        yield ok("build", f"{every.current} opens, has all of its {len(files)} files and every expected column")


def _contracts() -> Iterator[tuple[str, str]]:
    """Table and column of every mart, from the contracts beside the models."""
    yield from ((model["name"], column["name"]) for model in described("marts") for column in model.get("columns", []))


def _sums(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    rows = connection.execute(question("invariants")).fetchall()
    wrong = [f"{name}: {expected} expected, {found} found" for name, expected, found in rows if expected != found]
    for text in wrong:
        yield fault("sums", text, f"{REFRESH}; if it stays, report it to us with this line")
    if not wrong:
        yield ok("sums", f"{len(rows)} invariants hold")


def _unpriced(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    rows = connection.execute(question("unpriced")).fetchall()
    if not rows:
        yield ok("prices", "every call with usage has a price")
        return
    models = ", ".join(f"{row[1] or 'a call that names no model'} ({row[2]} calls)" for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    cure = "add their rates to the file that SPANLEDGER_PRICES_FILE names; spanledger prices unpriced lists them"
    yield note("prices", f"no price is known for {models}{more}", cure)


def _freshness(settings: Settings) -> Iterator[Finding]:
    data, lake = settings.data.absolute(), settings.lake_path
    problem = builder_problem(data)
    if problem:
        yield fault("builds", f"the last scheduled build did not come about: {problem}", "remove the cause named above")
    try:
        state = behind(data, lake)
    except (LakeError, pa.ArrowException, OSError):
        return  # the lake's own check has said so
    if state.is_fresh:
        yield ok("freshness", f"the build holds everything in the lake ({state.lake_rows:,} spans)")
        return
    detail = f"{state.missing} are not in the published build"
    waited_s = time.time() - min(file.appeared_at for file in state.files)
    pid = holder(data / "run" / BUILDER_LOCK)
    if pid and waited_s < LATE_INTERVALS * settings.build_interval_s:
        yield ok("freshness", f"{detail} yet; the builder (process {pid}) is at it")
        return
    if pid:
        detail += f" after {waited_s:,.0f} s, though the builder runs (process {pid})"
    yield fault(
        "freshness", detail, f"spanledger build, or spanledger up, which builds every {settings.build_interval_s:g} s"
    )
