"""`spanledger restore`: a backup becomes a data directory again.

All of it is copied aside and checked before the first file takes its place, so a damaged backup leaves nothing behind.
From then until the last one has, a file in the data directory says what is under way: nothing starts there, and a
restore that was cut short is begun again by the same command. The data takes its place before the lake, and the file
that says whose lake it is last of all.
The next start lands what was in the log, and the next build makes everything anew.
"""

import shutil
from collections.abc import Callable
from pathlib import Path, PurePath

from collector.data_format import FORMAT, RESTORING
from collector.files import make_folder, read_json, sync_folder, write_json
from collector.store.lake_store import IDENTITY
from spanledger.keeping import backup_manifest
from spanledger.keeping.backup_manifest import LAKE, BackupError, Manifest, copy, difference

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


def folder_of_lake(manifest: Manifest, data: Path, lake: PurePath) -> Path:
    """Where the lake's files of a backup go. Raises BackupError where the lake is an object store and there are any."""
    if isinstance(lake, Path):
        return lake
    if any(map(_is_lake, manifest.files)):
        raise BackupError(
            f"the backup holds a lake, which is restored into a folder of this machine, not into {lake}: set "
            "SPANLEDGER_LAKE to one, or leave it out"
        )
    return data / LAKE  # nothing goes there


def restore(folder: Path, manifest: Manifest, data: Path, lake: Path, on_file: Callable[[], None]) -> None:
    """Make ``data`` and ``lake``, which must be empty or absent, what they were. Absolute paths.

    Raises BackupError, and OSError where there is no room; nothing has changed then. What a restore that was cut short
    has put into its place is removed first.
    """
    if manifest.data_format > FORMAT:
        raise BackupError(
            f"{folder} holds data of format {manifest.data_format}, written by version {manifest.written_by}; this "
            f"version reads up to {FORMAT}: install that one or a later one"
        )
    stages = {True: lake / STAGE, False: data / STAGE}  # whether a file is one of the lake's
    _clear_half_restored(data, lake)
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
        _publish_all(data, lake, stages)
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


def _publish_all(data: Path, lake: Path, stages: dict[bool, Path]) -> None:
    names = {}
    for is_lake, stage in stages.items():
        make_folder(stage)
        inside = [str(path.relative_to(stage)) for path in stage.rglob("*") if path.is_file()]
        backup_manifest.sync_folders(stage, inside)
        names[is_lake] = sorted((path.name for path in stage.iterdir()), key=lambda name: (name == IDENTITY, name))
    under_way = data / RESTORING
    write_json(under_way, {"data": names[False], "lake": names[True], "lake_path": str(lake)}, is_durable=True)
    for is_lake in (False, True):
        root = stages[is_lake].parent
        for name in names[is_lake]:
            (stages[is_lake] / name).rename(root / name)
        sync_folder(root)
    under_way.unlink()
    sync_folder(data)


def _clear_half_restored(data: Path, lake: Path) -> None:
    said = read_json(data / RESTORING)
    if said is None:
        return
    if said["lake_path"] != str(lake):
        raise BackupError(
            f"{data} was to be restored with its lake in {said['lake_path']}, not {lake}: name that one "
            "(SPANLEDGER_LAKE), or remove both directories"
        )
    for root, names in ((data, said["data"]), (lake, said["lake"])):
        for path in (root / name for name in names):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if root.exists():
            sync_folder(root)
    (data / RESTORING).unlink()


def _damaged(folder: Path, problems: list[str]) -> str:
    more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    text = "\n".join([*problems[:SHOWN], *more])
    return f"the backup {folder} is damaged, nothing was restored; take another one, or these files from one:\n{text}"
