"""Where the user's files of charges, and of whose they are, stand."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ChargeFiles:
    """The files that charges come from and that say who owns spend; None where there is none. Each is the setting of
    its name and `_file`."""

    charges: Path | None = None
    coverage: Path | None = None
    allocation: Path | None = None
    tag_policy: Path | None = None
