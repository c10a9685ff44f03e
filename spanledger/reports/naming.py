"""Names of reports' files."""

import hashlib
import json
import re
from collections.abc import Mapping

from app.filters import text
from spanledger.reports.periods import Period

LONGEST = 60


def stem(period: Period, filters: Mapping[str, tuple[str, ...]]) -> str:
    """The name of a report's file without an ending: `weekly-2026-W46.team.search`; small letters, digits, dashes,
    dots and lower lines.

    Reports of other filters have other names, also where case does not count: what cannot be said in these letters,
    and several values of one filter, bring a digest.
    """
    named = {name: tuple(sorted(values)) for name, values in sorted(filters.items()) if values}
    said = [part for name, values in named.items() for part in (name, *map(text, values))]
    plain = [re.sub(r"[^a-z0-9_-]+", "-", part.lower()) for part in said]
    whole = ".".join(plain)[:LONGEST]
    is_plain = whole == ".".join(said) and all(len(values) == 1 for values in named.values())
    digest = "" if is_plain else hashlib.sha256(json.dumps(named).encode()).hexdigest()[:8]
    return ".".join(filter(None, (f"{period.kind}-{period.key}", whole, digest)))
