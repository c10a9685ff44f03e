"""The day that is the present of a build: its own. A simulated company lives until its last day, built whenever."""

from datetime import date, timedelta
from pathlib import Path

from collector.files import read_json

MARKER = "demo.json"
"""In the data directory of a simulated company; its key `end` is the day after the last one."""


def present(data: Path, built_on: date) -> date:
    """The build's own day, or the simulated company's last one if that is earlier."""
    simulated = read_json(data / MARKER)
    if simulated is None:
        return built_on
    return min(built_on, date.fromisoformat(simulated["end"]) - timedelta(days=1))
