"""Asks focus-data-toolkit about a FOCUS file: `lint.py FILE`, a CSV; JSON on standard output, without any network.

It brings the FinOps Foundation's data model of FOCUS 1.4 and a linter for it, not the Foundation's own rules. Started
by `validating.py` with the folder of `make validator` on the path.
"""

import csv
import json
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

DATASET = "Cost and Usage"
CLAIMED = ("SupportsMultiplePricingCategories", "SupportsUnitPricing")
"""All that the linter can be told a data generator supports; it passes over rules of what it is not told."""


def refuse(*_: Any, **__: Any) -> NoReturn:
    """Stands where a connection would be made."""
    raise OSError("the linter asked for the network; its model is expected to come with it")


def main(file: str) -> None:
    """Print the columns that each version has, those it demands, and what the file breaks of 1.4, with the places."""
    socket.socket.connect = refuse  # type: ignore[method-assign]
    from focus_data_toolkit.model import lint_focus_1_4_structure  # type: ignore[import-not-found]  # not in ours
    from focus_data_toolkit.schema import registry  # type: ignore[import-not-found]

    with Path(file).open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    report = lint_focus_1_4_structure(DATASET, rows, supported_conditions=CLAIMED)
    said = {
        "rows": report.row_count,
        "columns": {version: sorted(registry.version_columns(DATASET, version)) for version in ("1.2", "1.3", "1.4")},
        "mandatory": {version: sorted(registry.mandatory_columns(DATASET, version)) for version in ("1.3", "1.4")},
        "broken": [[found.rule, found.column, found.message] for found in report.violations],
    }
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
