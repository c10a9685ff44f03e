"""OpenInference (Arize): `openinference.span.kind`, `llm.*`.

Its specification fixes that prompt counts include cache and completion counts include reasoning, and its span
processors repair what other emitters wrote, so its usage group stands above `gen_ai.*`.
Read from openinference-semantic-conventions 0.1.42 and nine recordings.
"""

from transforms import raw_usage
from transforms.dialects.base import (
    CONTAINER,
    EVALUATOR,
    INCLUSIVE,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    Meaning,
    NameRule,
    Source,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.readings import evaluator, experiment_project, finish_reason, inside, provider

USAGE = UsageGroup(
    name="llm.token_count",
    input_tokens=("llm.token_count.prompt", "decision.token_count.input"),
    output_tokens=("llm.token_count.completion", "decision.token_count.output"),
    cached_input_tokens=("llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"),
    cache_write_tokens=("llm.token_count.prompt_details.cache_write",),
    reasoning_tokens=("llm.token_count.completion_details.reasoning",),
    total_tokens=("llm.token_count.total",),
)

ANSWER = UsageGroup(
    name="output.value",
    raw=r"output\.value",
    parse=raw_usage.parse_answer,
    needs=("llm.token_count.prompt", "llm.model_name", "embedding.model_name"),
)
"""The provider's own object inside the recorded answer, where the instrumentation leaves its parts out."""

DIALECT = Dialect(
    name="openinference",
    scopes=("openinference.instrumentation.",),
    keys=("openinference.span.kind",),
    prefixes=("llm.token_count.", "llm.input_messages.", "llm.output_messages."),
    columns={
        "provider": (Source("llm.provider", provider), Source("decision.provider", provider)),
        "request_model": ("llm.request.model_name", "decision.request.model_name"),
        "response_model": ("llm.response.model_name", "decision.response.model_name"),
        "finish_reason": (Source("llm.finish_reason", finish_reason),),
        "session_id": ("session.id",),
        "user_id": ("user.id",),
        "agent_name": ("agent.name",),
        "tool_name": ("tool.name",),
        "step": ("graph.node.name", "graph.node.id"),
        "prompt_name": ("prompt.id",),
        "prompt_version": ("llm.prompt_template.version",),
        "reported_cost_usd": ("llm.cost.total",),
        "traffic_marker": (Source("openinference.span.kind", evaluator),),
    },
    fallbacks={
        "service_tier": (Source("llm.invocation_parameters", inside("service_tier")),),
        "provider": (Source("llm.system", provider), Source("decision.system", provider)),
        "response_model": ("llm.model_name", "decision.model_name"),
        "request_model": ("embedding.model_name", "reranker.model_name"),
    },
    resource={
        "project": ("openinference.project.name",),
        "traffic_marker": (Source("openinference.project.name", experiment_project),),
    },
    kinds=(
        KindKey(
            "openinference.span.kind",
            {
                "llm": Meaning(REQUEST, "chat"),
                "embedding": Meaning(REQUEST, "embeddings"),
                "reranker": Meaning(REQUEST, "rerank"),
                "decision": Meaning(REQUEST, "chat"),
                "agent": Meaning(CONTAINER, "agent"),
                "chain": Meaning(CONTAINER, "chain"),
                "tool": Meaning(TOOL, "tool"),
                "retriever": Meaning(TOOL, "retrieval"),
                "evaluator": Meaning(EVALUATOR, "evaluation"),
                "guardrail": Meaning(CONTAINER, "guardrail"),
            },
        ),
    ),
    # LlamaIndex prepares a call in a span of kind LLM that asks no provider
    name_rules=(NameRule(r".*\._prepare_", Meaning(OTHER, "prepare"), overrides=True),),
    usage=(USAGE, ANSWER),
    token_rules=(
        # Bedrock streams through Converse are passed on as Bedrock sent them; a count above input proves it,
        # else they cannot be told from InvokeModel, which is summed
        TokenRule(INCLUSIVE),
    ),
)
