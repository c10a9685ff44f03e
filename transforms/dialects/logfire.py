"""Logfire's OpenAI and Anthropic integrations, from documents, not recorded: read from pydantic/logfire at 015babe3.

Anthropic's input is passed on without cache, and no key says how much there was; the provider's whole usage object
stands in `response_data`. A stream is two spans: the request, which ends before the answer begins and is left out here,
and one at the stream's end, which knows the usage or (Anthropic's) does not.
"""

from collections.abc import Mapping

from transforms import raw_usage
from transforms.dialects.base import (
    EXCLUSIVE,
    INCLUSIVE,
    OTHER,
    REQUEST,
    Dialect,
    KindKey,
    Meaning,
    NameRule,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import USAGE as GEN_AI_USAGE

_LONGEST = 1_000_000  # characters of a request or an answer


def _usage(text: str) -> raw_usage.Counts | None:
    usage = (raw_usage.mapping(text, _LONGEST) or {}).get("usage")
    return raw_usage.counts_of(usage) if isinstance(usage, Mapping) else None


def _stream(text: str) -> Meaning | None:
    is_stream = (raw_usage.mapping(text, _LONGEST) or {}).get("stream") is True
    return Meaning(OTHER, "stream") if is_stream else None


USAGE = UsageGroup(name="response_data", raw="response_data", parse=_usage, rule=INCLUSIVE)

DIALECT = Dialect(
    name="logfire",
    is_private=True,
    scopes=("logfire.openai", "logfire.anthropic"),
    fallbacks={"reported_cost_usd": ("operation.cost",)},
    kinds=(KindKey("request_data", _stream, only_known=True),),
    name_rules=(NameRule(r"streaming response from ", Meaning(REQUEST, "chat"), overrides=True),),
    usage=(GEN_AI_USAGE, USAGE),
    token_rules=(TokenRule(EXCLUSIVE, provider="anthropic"), TokenRule(INCLUSIVE)),
)
