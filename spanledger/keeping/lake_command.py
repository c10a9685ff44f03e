"""The commands `spanledger lake receivers | keep`: who writes a lake, and which data directory keeps it."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pyarrow as pa

from spanledger.exits import FAILED, IN_THE_WAY, MEANING, USAGE, Failure
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings

COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("receiver", "role", "host", "data", "version", "state")),
        ("segments", pa.int64()),
        ("complete_until", pa.timestamp("us", tz="UTC")),
    ]
)


@click.group(epilog=MEANING)
def lake() -> None:
    """Who writes the lake: the data directory that keeps it, and receivers that only land in it."""


@command(lake, "data", "lake", example="spanledger lake receivers --lake /srv/lake")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write.")
def receivers(settings: Settings, form: str, output: Path | None) -> None:
    """One row for the data directory that keeps the lake and one for each receiver beside it: how far all that it
    acknowledged is in the lake."""
    import duckdb

    from collector.store import keeper
    from collector.store.lake_store import store_of
    from collector.store.receivers import others

    config, now_ns = settings.collector_config(), time.time_ns()
    store = store_of(config.lake, config.data)
    rows: list[dict[str, object]] = [{"receiver": keeper.keeper_of(store), "role": "keeps the lake"}]
    for said in others(store):
        until = said.complete_until_ns(now_ns)
        late_s = (now_ns - said.said_at_ns) / 1e9
        state = "ended, all landed" if said.is_ended else f"said nothing for {late_s:.0f} s" if late_s > 60 else "runs"
        rows.append(
            {name: getattr(said, name) for name in ("receiver", "host", "data", "version", "segments")}
            | {"role": "receiver", "state": state}
            | {"complete_until": datetime.fromtimestamp(0, UTC) + timedelta(microseconds=until // 1000)}
        )
    from spanledger import formats

    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        table = pa.Table.from_pylist(rows, COLUMNS)
        formats.write(connection.from_arrow(table), form, output)


@command(lake, "data", "lake", example="spanledger lake keep --lake /srv/lake")
def keep(settings: Settings) -> None:
    """From now on this data directory keeps the lake: it compacts, builds, decides by budgets and removes by age.

    For a machine that is gone: stop the collector that kept it for good first, and bring its hash.key, records and
    budget folders here, which no other place has.
    """
    from collector.files import LockedError
    from collector.receiver import receiver_id
    from collector.store import keeper
    from collector.store.lake_store import store_of

    config = settings.collector_config()
    data, folder, store = config.data, config.lake, store_of(config.lake, config.data)
    if settings.receiver_only:
        raise Failure("a receiver alone keeps nothing: unset receiver_only here first", USAGE)
    try:
        if store.identity() is None:
            raise Failure(f"{folder} holds no lake: it does not say who it is", FAILED)
        _, held = store.claim()
    except LockedError as error:
        raise Failure(str(error), IN_THE_WAY) from error
    try:
        before, receiver = keeper.keeper_of(store), receiver_id(data)
        keeper.keep(data, store, receiver)
    finally:
        if held is not None:
            os.close(held)
    was = "nobody said so before" if before is None else f"before: {before}"
    click.echo(f"{data} keeps the lake {folder} from now on: receiver id {receiver} ({was})")
