"""`spanledger restore`: a backup becomes a data directory again.

All of it is copied aside and checked before the first file takes its place, so a damaged backup leaves nothing behind.
The next start lands what was in the log, and the next build makes everything anew.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from collector.data_format import FORMAT
from collector.files import make_folder, sync_folder
from spanledger import backup_manifest
from spanledger.backup_manifest import LAKE, BackupError, Manifest, copy, difference

STAGE = ".restoring"
SHOWN = 20


def find(source: Path) -> tuple[Path, Manifest]:
    """The backup in ``source``, or the last of those it holds. Raises BackupError."""
    if (source / backup_manifest.NAME).exists():
        return source, backup_manifest.read(source)
    found = backup_manifest.complete(source)
    if not found:
        raise BackupError(f"there is no backup in {source}: neither {backup_manifest.NAME} nor folders that hold one")
    return found[-1], backup_manifest.read(found[-1])


def check(folder: Path, manifest: Manifest, on_file: Callable[[], None]) -> None:
    """Read all of a backup. Raises BackupError naming every file that is not as it was."""
    if problems := list(backup_manifest.problems(folder, manifest, on_file)):
        raise BackupError(_damaged(folder, problems))


def restore(folder: Path, manifest: Manifest, data: Path, lake: Path, on_file: Callable[[], None]) -> None:
    """Make ``data`` and ``lake``, which must be empty or absent, what they were. Absolute paths.

    Raises BackupError, and OSError where there is no room; nothing has changed then.
    """
    if manifest.data_format > FORMAT:
        raise BackupError(
            f"{folder} holds data of format {manifest.data_format}, written by version {manifest.written_by}; this "
            f"version reads up to {FORMAT}: install that one or a later one"
        )
    stages = {True: lake / STAGE, False: data / STAGE}  # whether a file is one of the lake's
    for root in (lake, data):
        _refuse_filled(root)
    try:
        problems = []
        for name, entry in manifest.files.items():
            target = stages[_is_lake(name)] / (name.removeprefix(f"{LAKE}/") if _is_lake(name) else name)
            problems += _restored(folder / name, target, entry)
            on_file()
        if problems:
            raise BackupError(_damaged(folder, problems))
        for stage in stages.values():
            _publish(stage)
    finally:
        for stage in stages.values():
            shutil.rmtree(stage, ignore_errors=True)


def _restored(path: Path, target: Path, entry: backup_manifest.Entry) -> list[str]:
    try:
        found = copy(path, target)
    except FileNotFoundError:
        return [f"{path}: it is missing"]
    target.chmod(entry.mode & 0o666)  # data is not run
    said = difference(path, entry, found.size, found.sha256)
    return [said] if said else []


def _is_lake(name: str) -> bool:
    return name.startswith(f"{LAKE}/")


def _refuse_filled(folder: Path) -> None:
    shutil.rmtree(folder / STAGE, ignore_errors=True)  # of a run that was killed
    if folder.is_dir() and (inside := sorted(path.name for path in folder.iterdir() if not _is_empty_folder(path))):
        raise BackupError(
            f"{folder} is not empty ({', '.join(inside[:3])} …): restore into a new directory (SPANLEDGER_DATA), "
            "or move what is there away"
        )


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _publish(stage: Path) -> None:
    make_folder(stage)
    names = [str(path.relative_to(stage)) for path in stage.rglob("*") if path.is_file()]
    backup_manifest.sync_folders(stage, names)
    for path in sorted(stage.iterdir()):
        path.rename(stage.parent / path.name)
    sync_folder(stage.parent)


def _damaged(folder: Path, problems: list[str]) -> str:
    more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    text = "\n".join([*problems[:SHOWN], *more])
    return f"the backup {folder} is damaged, nothing was restored; take another one, or these files from one:\n{text}"
