"""The commands `spanledger quarantine list | show | replay`: what was acknowledged and cannot be read."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanledger.exits import FAILED, MEANING, USAGE, Failure
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from collector.wal.fates import Fates
    from collector.wal.quarantine import Item

_PREVIEW = 64


@click.group(epilog=MEANING)
def quarantine() -> None:
    """What was acknowledged and could not be read: list it, look at it, read it again."""


def _formatted(function: Callable[..., Any]) -> Callable[..., Any]:
    output = click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
    form = click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write.")
    return form(output(function))


@command(quarantine, "data", example="spanledger quarantine list --format json")
@_formatted
def list_command(settings: Settings, form: str, output: Path | None) -> None:
    """One row for each request, or place of the log, that could not be read, and why."""
    rows = [_row(item) for item in _items(settings)]
    names = ("id", "kind", "signal", "organization", "received_at", "items", "bytes", "reason")
    _write(names, "varchar, varchar, varchar, varchar, timestamptz, bigint, bigint, varchar", rows, form, output)


@command(quarantine, "data", example="spanledger quarantine show 000003-00000012-9f86d081.4")
@click.argument("id_", metavar="ID")
@_formatted
def show(settings: Settings, id_: str, form: str, output: Path | None) -> None:
    """Everything that is known of one entry, where its bytes are and how they begin. They hold what was sent."""
    (item,) = _chosen(settings, (id_,))
    names = ("id", "kind", "signal", "organization", "received_at", "items", "bytes", "reason")
    said = dict(zip(names, _row(item), strict=True))
    said |= {"segment": item.said.segment, "number": item.said.number, "file": str(item.path.absolute())}
    said["begins"] = item.path.read_bytes()[:_PREVIEW].hex(" ")
    rows = [(name, "-" if value is None else str(value)) for name, value in said.items()]
    _write(("field", "value"), "varchar, varchar", rows, form, output)


@command(quarantine, "data", "lake", "mapping_file", example="spanledger quarantine replay")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@_formatted
def replay(settings: Settings, ids: tuple[str, ...], form: str, output: Path | None) -> None:
    """Read entries again, all or those named, and bring them into the lake; safe while everything runs.

    Each lands once, in the hour it arrived in, and leaves the quarantine; the next build counts it. What still cannot
    be read stays, with today's reason, and the command ends with 1. Interrupted, it is run again.
    """
    items = _chosen(settings, ids) if ids else _items(settings)
    rows = _replayed(settings, items)
    names = ("id", "is_landed", "requests", "rows", "outcomes", "reason")
    _write(names, "varchar, boolean, bigint, bigint, bigint, varchar", rows, form, output)
    if left := sum(not row[1] for row in rows):
        raise Failure(f"{left} of {len(rows)} still cannot be read and stay in quarantine", FAILED)


def _replayed(settings: Settings, items: Sequence["Item"]) -> list[tuple[Any, ...]]:
    import pyarrow as pa

    from collector.mapping import with_mapping
    from collector.store.lake_file import LakeError
    from collector.store.replaying import Replay
    from transforms.yaml_lines import ConfigError

    if not items:
        return []
    try:
        config = with_mapping(settings.collector_config())
        with click.progressbar(Replay(config).run(items), len(items), "Reading again", **_quietly()) as done:
            return [(one.item.id, one.reason is None, *_counts(one.fates), one.reason) for one in done]
    except ConfigError as error:
        raise Failure(str(error), USAGE) from error
    except (LakeError, OSError, ValueError, pa.ArrowException) as error:
        raise Failure(f"the quarantine could not be read again: {error}", FAILED) from error


def _counts(fates: "Fates") -> tuple[int, int, int]:
    return fates.landed_requests, fates.rows, fates.outcomes


def _quietly() -> dict[str, Any]:
    return {"file": sys.stderr, "hidden": not sys.stderr.isatty()}


def _items(settings: Settings) -> list["Item"]:
    from collector.wal import quarantine as kept

    try:
        return list(kept.items(settings.collector_config().quarantine))
    except (OSError, ValueError) as error:
        raise Failure(str(error), FAILED) from error


def _chosen(settings: Settings, ids: Sequence[str]) -> list["Item"]:
    known = {item.id: item for item in _items(settings)}
    if unknown := [one for one in ids if one not in known]:
        raise Failure(f"not in quarantine: {', '.join(unknown)}; `spanledger quarantine list` shows what is", USAGE)
    return [known[one] for one in dict.fromkeys(ids)]


def _row(item: "Item") -> tuple[Any, ...]:
    from collector.outcomes import moment

    said = item.said
    received = None if said.received_at_ns is None else moment(said.received_at_ns)
    kind, signal = ("request", said.signal) if item.is_request else ("bytes of the log", None)
    return item.id, kind, signal, said.organization, received, said.items, item.path.stat().st_size, said.reason


def _write(names: Sequence[str], types: str, rows: Sequence[Sequence[Any]], form: str, output: Path | None) -> None:
    import duckdb

    from spanledger import formats

    with duckdb.connect() as connection:
        formats.write(_relation(connection, names, types, rows), form, output)


def _relation(
    connection: "duckdb.DuckDBPyConnection", names: Sequence[str], types: str, rows: Sequence[Sequence[Any]]
) -> "duckdb.DuckDBPyRelation":
    connection.execute("set TimeZone = 'UTC'")
    columns = ", ".join(f"{name} {type_}" for name, type_ in zip(names, types.split(", "), strict=True))
    connection.execute(f"create table entries ({columns})")
    if rows:
        connection.executemany(f"insert into entries values ({', '.join('?' * len(names))})", rows)
    return connection.sql("from entries")
