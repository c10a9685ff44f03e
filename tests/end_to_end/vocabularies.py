"""How libraries spell one usage: on an aggregate above requests, and on a second sighting of a request."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from sample_traces.otlp import Attributes, Value

Counts = dict[str, int | None]

INPUT, OUTPUT = "input_tokens", "output_tokens"
READ, WRITE, REASONING = "cached_input_tokens", "cache_write_tokens", "reasoning_tokens"


@dataclass(frozen=True)
class Vocabulary:
    """A scope, the span's name, and its attributes for counts whose input holds the cache, and output the reasoning."""

    scope: str
    name: str
    usage: Callable[[Counts], Attributes]
    marks: Attributes
    is_agent: bool = False
    has_parts: bool = True  # spells cache and reasoning, not only input and output

    def attributes(self, counts: Counts) -> Attributes:
        return {**self.marks, **self.usage(counts)}


def total(counts: Counts) -> int | None:
    first, second = counts[INPUT], counts[OUTPUT]
    return None if first is None or second is None else first + second


def uncached(counts: Counts) -> int | None:
    whole = counts[INPUT]
    return None if whole is None else whole - (counts[READ] or 0) - (counts[WRITE] or 0)


def otel(counts: Counts) -> Attributes:
    return {
        "gen_ai.usage.input_tokens": counts[INPUT],
        "gen_ai.usage.output_tokens": counts[OUTPUT],
        "gen_ai.usage.cache_read.input_tokens": counts[READ],
        "gen_ai.usage.cache_creation.input_tokens": counts[WRITE],
        "gen_ai.usage.reasoning.output_tokens": counts[REASONING],
    }


def exclusive(counts: Counts) -> Attributes:
    return {**otel(counts), "gen_ai.usage.input_tokens": uncached(counts)}


def openinference(counts: Counts) -> Attributes:
    return {
        "llm.token_count.prompt": counts[INPUT],
        "llm.token_count.completion": counts[OUTPUT],
        "llm.token_count.total": total(counts),
        "llm.token_count.prompt_details.cache_read": counts[READ],
        "llm.token_count.prompt_details.cache_write": counts[WRITE],
        "llm.token_count.completion_details.reasoning": counts[REASONING],
    }


def traceloop(counts: Counts) -> Attributes:
    return {
        "gen_ai.usage.prompt_tokens": counts[INPUT],
        "gen_ai.usage.completion_tokens": counts[OUTPUT],
        "llm.usage.total_tokens": total(counts),
        "gen_ai.usage.cache_read_input_tokens": counts[READ],
    }


def langfuse(counts: Counts) -> Attributes:
    said: dict[str, Value] = {"input": counts[INPUT], "output": counts[OUTPUT], "total": total(counts)}
    said = {name: count for name, count in said.items() if count is not None}
    return {"langfuse.observation.usage_details": json.dumps(said) if said else None}


def vercel(counts: Counts) -> Attributes:
    return {"ai.usage.promptTokens": counts[INPUT], "ai.usage.completionTokens": counts[OUTPUT]}


AGGREGATES = (
    Vocabulary("my.agents", "invoke_agent a", otel, {"gen_ai.operation.name": "invoke_agent"}, is_agent=True),
    Vocabulary(
        "openinference.instrumentation.langchain", "Chain", openinference, {"openinference.span.kind": "CHAIN"}
    ),
    Vocabulary(
        "openinference.instrumentation.smolagents", "Agent", openinference, {"openinference.span.kind": "AGENT"},
        is_agent=True,
    ),
    Vocabulary(
        "opentelemetry.instrumentation.langchain", "flow.workflow", traceloop,
        {"traceloop.span.kind": "workflow", "traceloop.entity.name": "flow"},
    ),
    Vocabulary("langfuse-sdk", "work", langfuse, {"langfuse.observation.type": "chain"}, has_parts=False),
    Vocabulary(
        "ai", "ai.generateText", vercel, {"ai.operationId": "ai.generateText", "operation.name": "ai.generateText"},
        has_parts=False,
    ),
)  # fmt: skip


def _otel_marks(operation: str, provider: str | None, asked: str | None, answered: str | None) -> Attributes:
    named = {"gen_ai.provider.name": provider, "gen_ai.request.model": asked, "gen_ai.response.model": answered}
    return {"gen_ai.operation.name": operation, **named}


def second_libraries(operation: str, provider: str | None, asked: str | None, answered: str | None) -> list[Vocabulary]:
    """Libraries that may record a call a second time, with its models on each."""
    marks = _otel_marks(operation, provider, asked, answered)
    is_chat = operation == "chat"
    kind = "LLM" if is_chat else "EMBEDDING"
    named: Attributes = {"llm.model_name" if is_chat else "embedding.model_name": answered or asked}
    system = {key: value for key, value in marks.items() if key != "gen_ai.provider.name"} | {"gen_ai.system": provider}
    ai = "ai.generateText.doGenerate" if is_chat else "ai.embed.doEmbed"
    return [
        Vocabulary("opentelemetry.util.genai.handler", f"{operation} x", otel, marks),
        Vocabulary("openinference.instrumentation.litellm", "completion", openinference,
                   {"openinference.span.kind": kind, "llm.provider": provider, **named}),
        Vocabulary("opentelemetry.instrumentation.openai.v1", "openai.chat", traceloop,
                   {**system, "llm.request.type": "chat" if is_chat else "embedding"}),
        Vocabulary("openlit.instrumentation.anthropic", f"{operation} x", exclusive, marks),
        Vocabulary("langfuse-sdk", "generation", langfuse,
                   {"langfuse.observation.type": "generation" if is_chat else "embedding",
                    "langfuse.observation.model.name": answered or asked}, has_parts=False),
        Vocabulary("ai", ai, vercel, {**marks, "ai.operationId": ai, "ai.model.id": asked}, has_parts=False),
    ]  # fmt: skip
