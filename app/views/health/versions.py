"""Which versions work here: the explorer's own, the collector's, and who wrote the data directory."""

import platform
from importlib import metadata
from pathlib import Path

from app.cards import facts, finding
from app.installation import collector, kept

OWN = "spanledger"
BESIDE = ("duckdb", "streamlit", "genai-prices")


def section(data: Path) -> None:
    """Versions as labelled values."""
    here, counters = metadata.version(OWN), collector(data).counters
    answers = counters.texts("spanledger_info", "version") if counters is not None else []
    written = kept.data_format(data)
    is_one = not answers or answers == [here]
    finding(f"SpanLedger {here}" if is_one else f"The explorer is {here}, the collector {', '.join(answers)}")
    facts(
        [
            ("Explorer", here),
            ("Collector", ", ".join(answers) or "not told"),
            ("Data directory", written),
            ("Python", platform.python_version()),
            *((name, metadata.version(name)) for name in BESIDE),
        ]
    )
