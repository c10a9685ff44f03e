"""Several samplings inside one request: Anthropic's ``usage.iterations``, read into one canonical JSON text.

The provider answers one request with several attempts of possibly different models (a refused one and its fallback,
an adviser, a compaction) and bills each at its own model's rates. The usage around the list tells of some of them
only, so what was billed stands in the list alone. Source: Anthropic's documentation of refusals and fallback, the
advisor tool and compaction.

The text is a JSON array in the order of the attempts, every count whole as in the lake's columns of that name::

    [{"type": "message", "model": "claude-fable-5", "input_tokens": 560188, "cached_input_tokens": 560186,
      "cache_write_tokens": 0, "cache_write_1h_tokens": 0, "output_tokens": 299}, …]

What an attempt does not say is null.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from transforms.raw_usage import exclusive_counts, usage_object

COUNTS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens")


def iterations(*path: str) -> Callable[[str], str | None]:
    """A reading: the attempts in the usage object at ``path`` of the object sent; None without any."""

    def read(sent: str) -> str | None:
        usage: Any = usage_object(sent)
        for name in path:
            usage = usage.get(name) if isinstance(usage, Mapping) else None
        attempts = usage.get("iterations") if isinstance(usage, Mapping) else None
        return json.dumps([_attempt(one) for one in attempts]) if isinstance(attempts, list) and attempts else None

    return read


def _attempt(sent: Any) -> dict[str, Any]:
    said = sent if isinstance(sent, Mapping) else {}
    counts = {name: count for name, count in exclusive_counts(said).items() if count < 2**62}
    return {name: _text(said.get(name)) for name in ("type", "model")} | {name: counts.get(name) for name in COUNTS}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
