"""What prices are counted in: kinds of charge, their units, how people write those, and what no price goes beyond.

A kind of token is one of `TOKEN_KINDS`; a fee is `request`, or `tool:<name>` for each use of a provider's tool;
`cache_storage` is what a cached token costs for each hour it is kept. A rate's unit is always the base unit (a token,
a request); "per million" is a way of writing it, known here alone.
"""

import re
from decimal import Decimal

TOKEN_KINDS = {
    "input": "input_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "output": "output_mtok",
}
"""Kinds that a call's usage is counted in -> field of genai-prices, US dollars a million tokens."""

OTHER_KINDS = {
    "output_reasoning": "output_reasoning_mtok",
    "output_citation": "output_citation_mtok",
    "input_audio": "input_audio_mtok",
    "input_image": "input_image_mtok",
    "input_video": "input_video_mtok",
    "cache_read_audio": "cache_audio_read_mtok",
    "cache_read_image": "cache_image_read_mtok",
    "output_audio": "output_audio_mtok",
    "output_image": "output_image_mtok",
    "output_video": "output_video_mtok",
    "request": "requests_kcount",
    "tool:web_search": "web_searches_kcount",
    "tool:file_search": "storage_searches_kcount",
    "tool:social_search": "social_searches_kcount",
    "tool:code_execution": "code_executions_kcount",
    "tool:rerank": "rerank_searches_kcount",
    "input_messages": "input_text_messages_kcount",
    "input_characters": "input_mchars",
    "input_pages": "input_document_kpages",
    "input_annotated_pages": "input_annotated_document_kpages",
    "input_audio_hours": "input_audio_hours",
    "audio_hours": "audio_hours",
}
"""Everything else that genai-prices prices -> its field."""

PACKAGE_COUNTS = {"_mtok": 1_000_000, "_mchars": 1_000_000, "_kcount": 1_000, "_kpages": 1_000, "_hours": 1}
"""Ending of a field of genai-prices -> how many units its price is for."""

BILLED_AS = {"cache_read": "input", "cache_write": "input", "cache_write_1h": "cache_write"}
"""A kind without a rate of its own is billed as this one (genai-prices' rule for units without a price)."""

UNIT_OF = {
    "request": "request",
    "cache_storage": "token_hour",
    "input_messages": "message",
    "input_characters": "character",
    "input_pages": "page",
    "input_annotated_pages": "page",
    "input_audio_hours": "hour",
    "audio_hours": "hour",
}
"""Base unit of the kinds that are not tokens; a tool's is `call`, or `hour` where the provider bills its time."""

SPELLINGS: dict[str, tuple[str, int]] = {
    "1M tokens": ("token", 1_000_000),
    "1K tokens": ("token", 1_000),
    "token": ("token", 1),
    "request": ("request", 1),
    "1K requests": ("request", 1_000),
    "call": ("call", 1),
    "1K calls": ("call", 1_000),
    "hour": ("hour", 1),
    "token hour": ("token_hour", 1),
    "1M token hours": ("token_hour", 1_000_000),
    "message": ("message", 1),
    "1K messages": ("message", 1_000),
    "1M characters": ("character", 1_000_000),
    "1K pages": ("page", 1_000),
}
"""Units as a price file writes them -> base unit, and how many of them."""

BANDS = {
    "token": (Decimal("1e-10"), Decimal("0.005")),
    "request": (Decimal("1e-5"), Decimal(10)),
    "call": (Decimal("1e-5"), Decimal(10)),
    "hour": (Decimal("0.0001"), Decimal(1000)),
    "token_hour": (Decimal("1e-9"), Decimal("0.0005")),
    "message": (Decimal("1e-5"), Decimal(1)),
    "character": (Decimal("1e-8"), Decimal("0.01")),
    "page": (Decimal("1e-5"), Decimal(10)),
}
"""US dollars a base unit outside which a price is a slip of units. For tokens: $0.0001 to $5,000 a million, ten times
beyond the cheapest and the dearest ever published; a price per token typed as per million, or the reverse, is off by
a million and cannot fall inside."""


def base_unit(kind: str, spelled: str = "") -> str | None:
    """The base unit that a kind is charged in, `spelled` deciding where there are two; None where there is no such
    kind."""
    if re.fullmatch(r"tool:[a-z0-9_.-]+", kind):
        return "hour" if spelled == "hour" else "call"
    if kind in UNIT_OF:
        return UNIT_OF[kind]
    return "token" if kind in TOKEN_KINDS or kind in OTHER_KINDS else None


def default_spelling(unit: str) -> str:
    """How a price file is read that says no unit: as price pages write it, per million tokens, per request."""
    return next(spelling for spelling, (base, _) in SPELLINGS.items() if base == unit)


def package_count(field: str) -> int:
    """How many base units a price of genai-prices is for, by its field's name."""
    return next(count for suffix, count in PACKAGE_COUNTS.items() if field.endswith(suffix))


def is_sane(unit: str, usd: Decimal) -> bool:
    """Whether a price a base unit can be meant; free can."""
    low, high = BANDS[unit]
    return usd.is_finite() and (usd == 0 or low <= usd <= high)


def readings(unit: str, stated: Decimal, usd_per_stated: Decimal) -> list[str]:
    """Other ways to write the unit under which an amount would be a sane price: what the writer may have meant."""
    return [
        spelling
        for spelling, (base, count) in SPELLINGS.items()
        if base == unit and stated and is_sane(unit, stated * usd_per_stated / count)
    ]
