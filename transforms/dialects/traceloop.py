"""OpenLLMetry (Traceloop): Python and Node, old names (`llm.request.type`, `llm.usage.*`) and new ones.

Read from the instrumentations 0.40 and 0.62 and from five recordings.

Two kinds of stream carry wrong counts. The Python Anthropic instrumentation adds the first event's output count to the
last one's; `messages.stream` does not say that it streams, but sets the answer's id before its model. The Node OpenAI
instrumentation counts all streams by a tokenizer, even where the provider sent usage, and says nothing: only a count
below what the recorded messages must cost shows it, which finds short prompts and misses long ones.
"""

from transforms.dialects.base import (
    CONTAINER,
    EXCLUSIVE,
    EXCLUSIVE_OUTPUT,
    INCLUSIVE,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    Estimate,
    KindKey,
    Meaning,
    Source,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import USAGE
from transforms.dialects.readings import finish_reason, host, lower

LEGACY_USAGE = UsageGroup(
    name="llm.usage",
    input_tokens=("llm.usage.prompt_tokens",),
    output_tokens=("llm.usage.completion_tokens",),
    cached_input_tokens=("llm.usage.cache_read_input_tokens",),
    cache_write_tokens=("llm.usage.cache_creation_input_tokens",),
    reasoning_tokens=("llm.usage.reasoning_tokens",),
    total_tokens=("llm.usage.total_tokens",),
)

_PROPERTY = "traceloop.association.properties."
_SCOPE = "opentelemetry.instrumentation."
_DOUBLE = "stream, output holds the count of message_start too"

DIALECT = Dialect(
    name="traceloop",
    scopes=(
        "@traceloop/",
        "traceloop.tracer",
        *(
            f"{_SCOPE}{name}"
            for name in (
                "openai.v",
                "openai_agents",
                "anthropic",
                "bedrock",
                "cohere",
                "google_generativeai",
                "groq",
                "langchain",
                "llamaindex",
                "mistralai",
                "ollama",
                "replicate",
                "sagemaker",
                "together",
                "vertexai",
                "watsonx",
                "crewai",
                "haystack",
                "alephalpha",
                "transformers",
                "agno",
            )
        ),
    ),
    keys=("llm.request.type",),
    prefixes=("traceloop.", "llm.usage."),
    columns={
        "is_stream": ("gen_ai.is_streaming", "llm.is_streaming"),
        "session_id": (f"{_PROPERTY}session_id",),
        "user_id": (f"{_PROPERTY}user_id",),
        "customer_id": (f"{_PROPERTY}customer_id",),
        "workflow_id": ("traceloop.workflow.name",),
        "step": ("traceloop.entity.name",),
        "prompt_name": ("traceloop.prompt.key",),
        "prompt_version": ("traceloop.prompt.version",),
        "task_id": ("gen_ai.task.id",),
        "task_outcome": (Source("gen_ai.task.status", lower),),
    },
    fallbacks={
        "user_id": ("llm.user",),
        "code_version": ("traceloop.entity.version",),
        "server_address": (Source("gen_ai.openai.api_base", host),),
        "finish_reason": (
            Source("gen_ai.response.stop_reason", finish_reason),
            Source("llm.response.finish_reason", finish_reason),
            Source("llm.response.stop_reason", finish_reason),
            Source("gen_ai.completion.0.finish_reason", finish_reason),
        ),
    },
    kinds=(
        KindKey(
            "traceloop.span.kind",
            {
                "workflow": Meaning(CONTAINER, "workflow"),
                "task": Meaning(CONTAINER, "step"),
                "agent": Meaning(CONTAINER, "agent"),
                "tool": Meaning(TOOL, "tool"),
            },
        ),
        KindKey(
            "llm.request.type",
            {
                "chat": Meaning(REQUEST, "chat"),
                "completion": Meaning(REQUEST, "completion"),
                "embedding": Meaning(REQUEST, "embeddings"),
                "rerank": Meaning(REQUEST, "rerank"),
                "responses": Meaning(REQUEST, "chat"),
                "unknown": Meaning(OTHER, "unknown"),
            },
            rank=2,
        ),
        KindKey("gen_ai.task.kind", {"execute_task": Meaning(CONTAINER, "step")}, rank=2, only_known=True),
    ),
    usage=(USAGE, LEGACY_USAGE),
    token_rules=(
        TokenRule(EXCLUSIVE, scope="@traceloop/instrumentation-anthropic"),
        TokenRule(EXCLUSIVE, scope="@traceloop/instrumentation-bedrock"),
        TokenRule(EXCLUSIVE, scope=f"{_SCOPE}bedrock"),  # Converse as Bedrock sent it
        TokenRule(EXCLUSIVE_OUTPUT, scope=f"{_SCOPE}google_generativeai"),  # candidates without thoughts
        TokenRule(EXCLUSIVE_OUTPUT, scope=f"{_SCOPE}vertexai"),
        TokenRule(INCLUSIVE, scope=_SCOPE),
        TokenRule(INCLUSIVE, scope="@traceloop/"),
    ),
    estimates=(
        Estimate(scope=f"{_SCOPE}anthropic", why=_DOUBLE, when="gen_ai.is_streaming"),
        Estimate(scope=f"{_SCOPE}anthropic", why=_DOUBLE, when="llm.is_streaming"),
        Estimate(scope=f"{_SCOPE}anthropic", why=_DOUBLE, order=("gen_ai.response.id", "gen_ai.response.model")),
        Estimate(scope="@traceloop/instrumentation-openai", why="counted by a tokenizer", below_text=True),
    ),
)
