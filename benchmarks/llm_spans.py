"""What the speed benchmarks send: requests of 512 spans, each a model call with 24 attributes.

Usage, models, tags, ids and a cost of its own, 6 resource attributes, 8 spans a trace; ids, times and numbers differ
from span to span and come from a fixed seed. On top, where asked for: messages, an event a span, a link a span.
"""

import json
import random
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sample_traces.otlp import key_values

SPANS = 512
START_NS = 1_760_000_000_000_000_000
_MODELS = (
    ("openai", "gpt-4o", "gpt-4o-2024-08-06"),
    ("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
    ("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
    ("gcp.gemini", "gemini-2.5-pro", "gemini-2.5-pro"),
)
_WORDS = (
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "a",
    "lazy",
    "dog",
    "while",
    "tokens",
    "turn",
    "to",
    "columns",
)


def make(
    seed: int, content: int = 0, *, spans: int = SPANS, events: int = 0, links: int = 0, every_s: int = 1
) -> bytes:
    """A serialized request: ``content`` characters of messages a span, ``every_s`` seconds from request to request."""
    rng = random.Random(seed)
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    for key, value in _resource(rng).items():
        resource_spans.resource.attributes.add(key=key).value.string_value = value
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name, scope_spans.scope.version = "opentelemetry.instrumentation.genai.openai", "1.3b0"
    for number in range(spans):
        if number % 8 == 0:
            trace, task = rng.randbytes(16), f"task-{rng.randrange(10**7):07d}"
        span = scope_spans.spans.add(trace_id=trace, span_id=rng.randbytes(8), kind=3)
        span.start_time_unix_nano = START_NS + seed * every_s * 10**9 + number * 10**6
        span.end_time_unix_nano = span.start_time_unix_nano + rng.randrange(10**8, 10**10)
        attributes = _attributes(rng, task) | (_messages(rng, content) if content else {})
        span.name = f"chat {attributes['gen_ai.request.model']}"
        span.attributes.extend(key_values(attributes))
        for _ in range(events):
            event = span.events.add(name="gen_ai.choice", time_unix_nano=span.end_time_unix_nano - rng.randrange(10**7))
            event.attributes.add(key="gen_ai.choice.finish_reason").value.string_value = "stop"
        for _ in range(links):
            span.links.add(trace_id=rng.randbytes(16), span_id=rng.randbytes(8))
    return request.SerializeToString()


def _resource(rng: random.Random) -> dict[str, str]:
    return {
        "service.name": f"service-{rng.randrange(8)}",
        "service.version": "1.4.2",
        "deployment.environment.name": "prod",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": "1.45.2",
    }


def _attributes(rng: random.Random, task: str) -> dict[str, Any]:
    provider, model, answered = rng.choice(_MODELS)
    input_tokens, output_tokens = rng.randrange(50, 8000), rng.randrange(10, 2000)
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "gen_ai.response.model": answered,
        "gen_ai.request.temperature": rng.choice([0.0, 0.2, 0.7, 1.0]),
        "gen_ai.request.max_tokens": rng.choice([512, 1024, 4096]),
        "gen_ai.request.top_p": 1.0,
        "gen_ai.response.id": f"chatcmpl-{rng.getrandbits(120):030x}",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": input_tokens,
        "gen_ai.usage.output_tokens": output_tokens,
        "gen_ai.usage.cache_read.input_tokens": input_tokens // 3,
        "server.address": "api.openai.com",
        "server.port": 443,
        "spanledger.team": f"team-{rng.randrange(12)}",
        "spanledger.project": f"project-{rng.randrange(40)}",
        "spanledger.traffic_source": rng.choice(["production", "eval", "replay", "ops"]),
        "spanledger.workflow.id": f"wf-{rng.randrange(200)}",
        "spanledger.task.id": task,
        "spanledger.cost_usd": input_tokens * 2.5e-6 + output_tokens * 1e-5,
        "spanledger.attempt": rng.randrange(1, 4),
        "spanledger.input.hash": f"{rng.getrandbits(64):016x}",
        "gen_ai.request.stream": bool(rng.getrandbits(1)),
        "app.request_id": f"{rng.getrandbits(64):016x}",
    }


def _messages(rng: random.Random, length: int) -> dict[str, Any]:
    def said(role: str, characters: int) -> str:
        text = " ".join(f"{rng.choice(_WORDS)}{rng.randrange(999)}" for _ in range(characters // 9))
        return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])

    return {
        "gen_ai.input.messages": said("user", length * 2 // 3),
        "gen_ai.output.messages": said("assistant", length // 3),
    }
