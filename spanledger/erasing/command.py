"""The command `delete-user`: one user's id taken out of everything that is kept, with a proof."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanledger.exits import FAILED, IN_THE_WAY, USAGE, Failure
from spanledger.options import command
from spanledger.settings import OF_BUILDS, Settings

if TYPE_CHECKING:
    from spanledger.erasing.erasing import Erasure, Found

SHOWN = 20
NAMING_FILES = (*OF_BUILDS, "alerts_file", "reports_file", "mapping_file", "token_file", "login_file")


def add_to(main: click.Group) -> None:
    """Add the command to ``main``."""
    organization = click.option(
        "--organization", metavar="NAME", help="Whose user it is; needed where several have one of this id."
    )
    removes = click.option(
        "--remove-calls", is_flag=True, help="Remove every trace of the user, cost included, instead of the name alone."
    )
    named = click.option("--named-only", is_flag=True, help="Look only where a user is named, not in other texts.")
    verify = click.option("--verify", is_flag=True, help="Change nothing; say which files name the user.")
    command(main, "data", "lake", *OF_BUILDS, "mapping_file", example="spanledger delete-user alice@example.com")(
        click.argument("user")(organization(removes(named(verify(delete_user)))))
    )


def delete_user(
    settings: Settings, user: str, organization: str | None, remove_calls: bool, named_only: bool, verify: bool
) -> None:
    """Take USER, an id as it was sent or its pseudonym, out of lake, log, quarantine, records, budgets and builds.

    Costs and counts stay, under a name that says nothing. Stop the collector first; killed, run it again. A `-` as USER
    reads the id from standard input. The receipt, in records/erasures, does not name the user. Backups are not changed.
    """
    user = sys.stdin.readline().rstrip("\n") if user == "-" else user
    if not user:
        raise Failure("give the user's id; an empty one names nobody", USAGE)
    said = _run(settings, user, organization, remove_calls, named_only, verify)
    if isinstance(said, dict):
        _tell(said)
        return
    found, receipts = said
    for line in _lines(found, receipts):
        click.echo(line)
    if found.naming:
        click.get_current_context().exit(FAILED)


def _run(
    settings: Settings, user: str, organization: str | None, remove_calls: bool, named_only: bool, verify: bool
) -> Any:
    import duckdb
    import pyarrow as pa

    from collector.files import LockedError
    from spanledger.building.building import NOT_BUILT
    from spanledger.erasing.erasing import Asked, ErasureError
    from spanledger.published.builds import BuildInProgressError

    try:
        erasure = _erasure(settings, Asked(organization, user, remove_calls, named_only))
        return erasure.look() if verify else erasure.run(datetime.now(UTC))
    except (LockedError, BuildInProgressError) as error:
        raise Failure(str(error), IN_THE_WAY) from error
    except (ErasureError, ValueError, duckdb.Error, pa.ArrowException, *NOT_BUILT) as error:
        raise Failure(str(error), FAILED) from error


def _erasure(settings: Settings, asked: Any) -> "Erasure":
    from collector.mapping import with_mapping
    from collector.store.object_path import absolute
    from spanledger.erasing.erasing import Erasure

    files = tuple(Path(path) for name in NAMING_FILES if (path := getattr(settings, name)))
    lake = absolute(settings.lake_path)
    return Erasure(with_mapping(settings.collector_config()), lake, asked, files, lambda: _built(settings))


def _built(settings: Settings) -> str | None:
    from spanledger.building.build import Builder

    return Builder.of(settings).build(full_refresh=True).build_id


def _tell(said: dict[str, Any]) -> None:
    for change in said["changes"][:SHOWN]:
        kept = f"{change['rows_without_the_user']:,} rows without the user"
        gone = f", {change['rows_removed']:,} removed" if change["rows_removed"] else ""
        click.echo(f"{change['path']}: {f'{kept}{gone}' if change['now'] else 'removed'}")
    if len(said["changes"]) > SHOWN:
        click.echo(f"and {len(said['changes']) - SHOWN:,} more files")
    read = ", ".join(f"{count:,} of {kind}" for kind, count in sorted(said["files_read_afterwards"].items()))
    click.echo(f"files read afterwards: {read}; none names the user ({said['looked_for']})")
    click.echo(f"receipt: {said['receipt']}; {' and '.join(said['not_reached'])} still hold the user")


def _lines(found: "Found", receipts: list[dict[str, Any]]) -> list[str]:
    named = list(found.naming.items())
    lines = [f"{path}: {f'{rows:,} rows' if rows else 'its bytes'} name the user" for path, rows in named[:SHOWN]]
    lines += [f"and {len(named) - SHOWN:,} more files"] if len(named) > SHOWN else []
    lines.append(f"{sum(found.read.values()):,} files read, {len(named):,} name the user")
    lines += [f"erased on {said['finished_at']}, calls {said['calls']}: {said['receipt']}.json" for said in receipts]
    return lines
