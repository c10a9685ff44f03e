"""provider_usage: 450 recorded HTTP exchanges with 15 hosts, each with the usage objects the provider sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sample_traces.otlp import Attributes, Sent, pack
from sample_traces.public.files import SECOND, identifier, nanoseconds, public_file, resource, sent

FIRST_START = nanoseconds("2025-06-01T00:00:00")
Exchange = dict[str, Any]

PROVIDERS = {
    "api.anthropic.com": "anthropic",
    "api.cohere.com": "cohere",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.openai.com": "openai",
    "api.together.xyz": "together",
    "api.voyageai.com": "voyageai",
    "api.writer.com": "writer",
    "api.writer.com:443": "writer",
    "bedrock-runtime.us-east-1.amazonaws.com": "aws.bedrock",
    "localhost:5002": "self-hosted",
    "localhost:8000": "self-hosted",
    "test-resource.openai.azure.com": "azure.ai.openai",
    "traceloop-stg.openai.azure.com": "azure.ai.openai",
}
"""Whose models each host serves. One host of the set serves none: it stores data for an observability tool."""

OPERATIONS = {"embed": "embeddings", "embeddings": "embeddings", "rerank": "rerank", "generations": "image_generation"}
"""Operations by the last word of the path; all else is chat."""


def exchanges(folder: Path | None = None) -> list[Exchange]:
    """The exchanges in the order of the file."""
    lines = public_file(folder, "provider_usage", "exchanges.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def provider_usage(folder: Path | None = None, spans_per_request: int = 100) -> Iterator[bytes]:
    """One trace of one span per exchange: they are recordings of different tests, made one after the other.

    The set has no times: an exchange starts every two seconds and lasts one.
    """
    starts = ((FIRST_START + 2 * nth * SECOND, one) for nth, one in enumerate(exchanges(folder)))
    yield from pack((exchange_span(one, (start, start + SECOND)) for start, one in starts), spans_per_request)


def exchange_span(exchange: Exchange, times: tuple[int, int]) -> Sent:
    """The span of one exchange; its service is the host. A request to no model provider is a plain HTTP span."""
    names = ("provider-usage", exchange["source"], exchange["seq"])
    ids = (identifier(16, *names), identifier(8, *names), None)
    provider = PROVIDERS.get(exchange["host"])
    attributes: Attributes = _http(exchange) | (_call(exchange, provider) if provider else {})
    failure = f"HTTP {exchange['status']}" if exchange["status"] >= 400 else None
    return sent(resource(exchange["host"]), ids, exchange["path"].split("?")[0], times, attributes, failure)


def _http(exchange: Exchange) -> dict[str, Any]:
    return {
        "server.address": exchange["host"],
        "http.response.status_code": exchange["status"],
        "error.type": exchange["error_type"] if exchange["status"] >= 400 else None,
    }


def _call(exchange: Exchange, provider: str) -> dict[str, Any]:
    """The provider's own usage object as it came; the objects of a stream as an array."""
    usage = exchange["usage"]
    return {
        "gen_ai.operation.name": OPERATIONS.get(exchange["path"].split("?")[0].rsplit("/", 1)[-1], "chat"),
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": exchange["request_model"],
        "gen_ai.request.stream": exchange["stream"],
        "gen_ai.response.model": exchange["response_model"],
        "gen_ai.response.id": exchange["response_id"],
        f"llm.{provider.replace('.', '_').replace('-', '_')}.usage": json.dumps(usage[0] if len(usage) == 1 else usage)
        if usage
        else None,
    }
