"""How long data is kept and where else: the data directory's format and file system, retention, backups."""

import datetime
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from collector.data_format import FORMAT, NAME, found_in, refusal
from collector.files import read_json
from collector.store.lake_file import LakeError
from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.keeping import retention
from spanledger.settings import Settings

UNFIT = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone"}
"""File systems whose locks, renames or fdatasync are not what durability rests on."""
PASSING = {"tmpfs", "ramfs", "overlay"}
"""Those that end with the machine, or with the container."""
DAY_S = 86_400
LATE_BACKUP_DAYS = 7


def data_format(settings: Settings) -> Iterator[Finding]:
    """Whether this version may work on the data directory."""
    data = settings.data.absolute()
    try:
        found = found_in(data)
    except (OSError, ValueError) as error:
        yield fault("data format", str(error), f"put {NAME} back from a backup")
        return
    if found > FORMAT:
        yield fault("data format", refusal(data, found), "install the version it names")
    else:
        yield ok("data format", f"{found}; this version reads up to {FORMAT}")


def file_system(settings: Settings, mounts: Path = Path("/proc/mounts")) -> Iterator[Finding]:
    """Whether data and lake are on file systems that keep their word; silent where the system does not say."""
    for what, folder in (("data directory", settings.data), ("lake", settings.lake_path)):
        if not isinstance(folder, Path):
            continue
        kind = _kind(folder.absolute(), mounts)
        if kind in UNFIT:
            detail = f"the {what} {folder.absolute()} is on {kind}: its locks and syncs do not hold what is promised"
            yield fault("file system", detail, "move it to a local disk or a block volume (ext4, XFS, btrfs, ZFS)")
        elif kind in PASSING:
            yield note("file system", f"the {what} is on {kind}, which is gone with the machine or the container")


def _kind(folder: Path, mounts: Path) -> str | None:
    """The type of the file system that ``folder`` is on, or will be."""
    try:
        rows = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    except OSError:  # no Linux
        return None
    place = folder.resolve()
    above = [(len(Path(at).parts), number) for number, (at, _) in enumerate(rows) if place.is_relative_to(at)]
    return rows[max(above)[1]][1] if above else None


def kept(settings: Settings) -> Iterator[Finding]:
    """Whether what is older than asked for has gone."""
    data, lake = settings.data.absolute(), settings.lake_path
    gone = len(list((data / "records" / "retention").glob("[!.]*.parquet")))
    days = settings.keep_spans_days
    if days is None:
        yield ok("retention", f"raw spans are kept for ever{f'; {gone} days were removed before' if gone else ''}")
        return
    try:
        due = retention.due(data, lake, days, datetime.datetime.now(datetime.UTC).date())
    except (LakeError, OSError, pa.ArrowException, duckdb.Error):
        return  # the lake's and the build's own checks have said so
    late = [day for day in due if (datetime.datetime.now(datetime.UTC).date() - day.date).days > days + 1]
    if late:
        why = next((day.why_kept for day in late if day.why_kept), "nothing has removed them yet")
        detail = f"{len(late)} days that arrived more than {days} days ago are still there: {why}"
        yield fault("retention", detail, "spanledger up removes them once a day, spanledger retention does now")
    else:
        yield ok("retention", f"raw spans are kept {days} days; {gone} days were removed so far")


def backup(settings: Settings) -> Iterator[Finding]:
    """When the last backup was made, as far as `spanledger backup` did it."""
    data = settings.data.absolute()
    try:
        said = read_json(data / "run" / "backup.json")
    except ValueError as error:
        yield fault("backup", str(error), "remove that file")
        return
    if said is None:
        if (data / "hash.key").exists():
            yield note(
                "backup", "none was made by spanledger backup", "spanledger backup DIRECTORY, see docs/keeping.md"
            )
        return
    age_s = time.time() - datetime.datetime.fromisoformat(said["at"]).timestamp()
    detail = f"the last began {age_s / DAY_S:,.1f} days ago, in {said['folder']} ({said['bytes']:,} bytes)"
    if age_s > LATE_BACKUP_DAYS * DAY_S:
        yield note("backup", detail, "spanledger backup")
    else:
        yield ok("backup", detail)
