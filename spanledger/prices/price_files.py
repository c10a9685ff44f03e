"""Where the user's price files are."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PriceFiles:
    """The files that prices come from, beside the package; None where there is none. Each is the setting of its name
    and `_file`."""

    prices: Path | None = None
    deployments: Path | None = None
    fx: Path | None = None
    model_names: Path | None = None
