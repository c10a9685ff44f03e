"""Names of reports' files."""

import hashlib
from collections.abc import Mapping

from app.filters import text
from spanledger.reports.periods import Period

LONGEST = 60


def stem(period: Period, filters: Mapping[str, tuple[str, ...]]) -> str:
    """The name of a report's file without an ending: `weekly-2026-W46-search`; letters, digits and dashes.

    Where names hold anything else, a digest keeps those apart that look alike without it.
    """
    said = "-".join(text(one) for values in filters.values() for one in values)
    plain = "".join(one if one.isalnum() and one.isascii() else "-" for one in said)[:LONGEST]
    whole = "|".join(f"{name}={value}" for name, values in filters.items() for value in values)
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8] if plain != said or len(filters) > 1 else ""
    return "-".join(filter(None, (period.kind, period.key, plain, digest)))
