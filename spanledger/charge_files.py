"""Where the user's files of charges are."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ChargeFiles:
    """The files that charges come from; None where there is none. Each is the setting of its name and `_file`."""

    charges: Path | None = None
    coverage: Path | None = None
