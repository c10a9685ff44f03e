"""The version of the data directory: `format.json`, so that an older SpanLedger never works on what it would misread.

The number rises with every change that an older version would lose or misread: a column more in the lake, another
record in the log or in `records/`. A version reads its own format and every earlier one; nothing has to be migrated,
what is missing in old files is null. It refuses a later one before it touches anything.
"""

from importlib import metadata
from pathlib import Path

from collector.files import make_folder, read_json, write_json

FORMAT = 2
"""Format 1 is what the first version wrote, which had no `format.json`; 2 may hold days that are closed."""
NAME = "format.json"
RESTORING = "restoring.json"
"""There while a restore puts its files in their places (`spanledger.restoring`)."""


class FormatError(RuntimeError):
    """The data directory was written by a later version."""


class HalfRestoredError(FormatError, ValueError):
    """A restore was cut short while it put files into their places."""


def claim(data: Path) -> None:
    """Say in ``data`` that this version writes there. Raises FormatError where a later one has, ValueError where the
    file is damaged, OSError."""
    found = found_in(data)
    if found > FORMAT:
        raise FormatError(refusal(data, found))
    said = {"format": FORMAT, "written_by": metadata.version("spanledger")}
    if read_json(data / NAME) != said:
        make_folder(data)
        write_json(data / NAME, said, is_durable=True)


def found_in(data: Path) -> int:
    """The format of what is in ``data``; 1 where nothing says. Raises ValueError naming a damaged file,
    HalfRestoredError."""
    if (data / RESTORING).exists():
        raise HalfRestoredError(f"{data} is half of what a restore was to make it: run `spanledger restore` again")
    said = read_json(data / NAME)
    if said is None:
        return 1
    number = said.get("format")
    if not isinstance(number, int) or number < 1:
        raise ValueError(f"{data / NAME} says format {number!r}, expected a number from 1; restore it from a backup")
    return number


def refusal(data: Path, found: int) -> str:
    """Why this version does not work on ``data``, and what to do."""
    by = (read_json(data / NAME) or {}).get("written_by", "a later one")
    return (
        f"{data} has format {found}, written by version {by}; this is version {metadata.version('spanledger')}, "
        f"which reads up to format {FORMAT}. Install that version again, or restore a backup made before the upgrade; "
        "nothing was changed"
    )
