"""The commands `retention`, `backup` and `restore`: how long data is kept, and where else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanledger.exits import FAILED, IN_THE_WAY, USAGE, Failure
from spanledger.options import command
from spanledger.settings import OF_BUILDS, Settings

if TYPE_CHECKING:
    from spanledger.keeping.backup import Made
    from spanledger.keeping.retention import Day

FOLDER = click.Path(file_okay=False, path_type=Path)


def add_to(main: click.Group) -> None:
    """Add these commands to ``main``."""
    dry = click.option("--dry-run", is_flag=True, help="Say what would be removed and remove nothing.")
    tiers = ("keep_spans_days", "keep_calls_months")
    command(main, "data", "lake", *tiers, *OF_BUILDS, example="spanledger retention --keep-spans-days 90 --dry-run")(
        dry(retention)
    )
    verify = click.option("--verify", is_flag=True, help="Read the backup back; copy anew what is damaged in the last.")
    command(main, "data", "lake", example="spanledger backup /mnt/backup/spanledger")(
        click.argument("destination", type=FOLDER)(verify(backup))
    )
    only = click.option("--check", is_flag=True, help="Read all of the backup, compare, and restore nothing.")
    restored = "spanledger restore /mnt/backup/spanledger --data /srv/spanledger"
    command(main, "data", "lake", example=restored, is_for_half_restored=True)(
        click.argument("source", type=FOLDER)(only(restore))
    )


def retention(settings: Settings, dry_run: bool) -> None:
    """Remove raw spans that arrived keep_spans_days ago, and calls of months that ended keep_calls_months ago.

    Every daily figure stays. What was removed is written down in records/retention. Safe while everything runs; `up`
    does it once a day. Calls go with a build, which wants the settings of other builds.
    """
    from spanledger.keeping import retention as keeping
    from spanledger.published.builds import BuildInProgressError

    if not settings.keep_spans_days:
        raise Failure("spans are kept for ever: set SPANLEDGER_KEEP_SPANS_DAYS or give --keep-spans-days", USAGE)
    data, now = settings.data.absolute(), datetime.now(UTC)
    try:
        if dry_run:
            days = keeping.due(data, settings.lake_path, settings.keep_spans_days, now.date())
        else:
            days = keeping.expire(data, settings.lake_path, settings.keep_spans_days, now)
    except keeping.NOT_REMOVED as error:
        code = IN_THE_WAY if isinstance(error, BuildInProgressError) else FAILED
        raise Failure(str(error), code) from error
    for day in days:
        click.echo(_line(day, "would go" if dry_run else "removed"))
    if not days:
        click.echo(f"nothing arrived more than {settings.keep_spans_days} days ago")
    stays = any(day.why_kept for day in days)
    if settings.keep_calls_months:
        stays |= _calls(settings, settings.keep_calls_months, now, dry_run)
    if stays:
        click.get_current_context().exit(FAILED)


def _calls(settings: Settings, months: int, now: datetime, dry_run: bool) -> bool:
    """Let calls go; whether some stay that are old enough."""
    from spanledger.building.build import Builder
    from spanledger.building.building import NOT_BUILT
    from spanledger.keeping import calls_tier
    from spanledger.keeping.retention import NOT_REMOVED

    data, lake, is_told = settings.data.absolute(), settings.lake_path, False
    try:
        if dry_run:
            found = calls_tier.due(data, lake, months, now.date())
            if found:
                stays = f"stay: {found.why_kept}" if found.why_kept else "would go"
                click.echo(f"{found.calls:,} calls before {found.calls_from} {stays}")
            return bool(found and found.why_kept)
        for receipt in calls_tier.expire(data, lake, months, now, Builder.of(settings).build):
            is_told = True
            left = f"; {receipt['spans']:,} spans stay, as their traces or tasks go on" if receipt["spans"] else ""
            click.echo(f"{receipt['gone_calls']:,} calls before {receipt['calls_from']} removed{left}")
    except calls_tier.NotDueError as error:
        click.echo(str(error))
        return True
    except (*NOT_REMOVED, *NOT_BUILT) as error:
        raise Failure(str(error), FAILED) from error
    if not is_told:
        click.echo(f"no calls of months that ended {months} months ago")
    return False


def _line(day: "Day", verb: str) -> str:
    what = f"{day.date} ({day.folder.parent.name}): {day.spans:,} spans"
    return f"{what} stay: {day.why_kept}" if day.why_kept else f"{what} {verb}"


def backup(settings: Settings, destination: Path, verify: bool) -> None:
    """Copy log, lake, records and the hash key into a new folder in DESTINATION, while everything runs.

    What was acknowledged before it started is in it; of a lake in an object store, what had not landed. A later backup
    in the same place costs what is new.
    """
    from collector.store.lake_file import LakeError
    from spanledger.keeping.backup import Backup
    from spanledger.keeping.backup_manifest import BackupError
    from spanledger.keeping.restoring import check

    data, lake, began = settings.data.absolute(), settings.lake_path, time.time()
    try:
        making = Backup(data, lake, destination.absolute(), is_verifying=verify)
        with _bar("Copying") as show:
            made = making.run(show)
        if verify:
            with _bar("Reading back") as show:
                check(made.folder, made.manifest, _counting(show, len(made.manifest.files)))
        _remember(data, made, time.time() - began)
    except (BackupError, LakeError, OSError, ValueError) as error:
        raise Failure(f"no backup was made: {error}", FAILED) from error
    for healed in made.healed:
        click.echo(f"damaged in the backup before, copied anew: {healed}")
    if not isinstance(lake, Path):
        click.echo(f"the lake is not in it: {lake} keeps copies by its own means (versions, replication)")
    files, size = len(made.manifest.files), made.manifest.bytes
    new = f"{made.copied_files:,} files of {made.copied_bytes:,} bytes in lake and records were new"
    click.echo(f"{made.folder}: {files:,} files, {size:,} bytes; {new}{'; all read back' if verify else ''}")


def _remember(data: Path, made: "Made", seconds: float) -> None:
    """For doctor and /metrics."""
    from collector.exposition import GAUGE, publish, single
    from collector.files import write_json

    said = {"folder": str(made.folder), "at": made.manifest.started_at, "bytes": made.manifest.bytes}
    write_json(data / "run" / "backup.json", said)
    figures = (
        ("last_success_timestamp_seconds", "When the last backup that was made had begun.", made.manifest.started_at),
        ("last_duration_seconds", "How long it took.", seconds),
        ("last_bytes", "How large it is, linked files included.", made.manifest.bytes),
    )
    values = [(n, text, datetime.fromisoformat(v).timestamp() if isinstance(v, str) else v) for n, text, v in figures]
    families = [single(f"spanledger_backup_{name}", GAUGE, text, value) for name, text, value in values]
    publish(data / "run", "backup", families, is_lasting=True)


def restore(settings: Settings, source: Path, check: bool) -> None:
    """Make an empty data directory what it was when SOURCE, a backup or the folder of several, was made.

    Everything is checked before anything takes its place. Start it, and run `spanledger build`, afterwards.
    """
    from spanledger.keeping import restoring
    from spanledger.keeping.backup_manifest import BackupError

    try:
        folder, manifest = restoring.find(source.absolute())
        with _bar("Reading" if check else "Restoring") as show:
            on_file = _counting(show, len(manifest.files))
            if check:
                restoring.check(folder, manifest, on_file)
            else:
                data = settings.data.absolute()
                lake = restoring.folder_of_lake(manifest, data, settings.lake_path)
                restoring.restore(folder, manifest, data, lake, on_file)
    except (BackupError, OSError, ValueError) as error:
        raise Failure(str(error), FAILED) from error
    whole = f"{len(manifest.files):,} files, {manifest.bytes:,} bytes, of {manifest.started_at}"
    if check:
        click.echo(f"{folder} is whole: {whole}")
        return
    click.echo(f"restored {folder} to {settings.data.absolute()}: {whole}; start it, then run spanledger build")


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, for who says how many of how many are done."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def show(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done - bar.pos)

        yield show


def _counting(show: Callable[[int, int], None], whole: int) -> Callable[[], None]:
    done: Any = iter(range(1, whole + 1))
    return lambda: show(next(done), whole)
