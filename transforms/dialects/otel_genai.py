"""OTel GenAI semantic conventions, all generations from `prompt_tokens` (up to 1.27) to `cache_write` (2026).

Read from the conventions' own texts (1.27 to 1.44 and their successor repository) and from recordings of the
OpenAI, Google and Bedrock instrumentations. Emitters span all generations, so every spelling is read.
"""

from transforms.dialects.base import (
    CONTAINER,
    EVALUATION,
    EXCLUSIVE,
    FETCH,
    INCLUSIVE,
    OTHER,
    REQUEST,
    TOOL,
    Dialect,
    KindKey,
    LogEvent,
    Meaning,
    NameRule,
    Source,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.readings import finish_reason, provider

OPERATIONS = {
    "chat": Meaning(REQUEST, "chat"),
    "text_completion": Meaning(REQUEST, "completion"),
    "completion": Meaning(REQUEST, "completion"),
    "generate_content": Meaning(REQUEST, "chat"),
    "responses": Meaning(REQUEST, "chat"),
    "embeddings": Meaning(REQUEST, "embeddings"),
    "embedding": Meaning(REQUEST, "embeddings"),
    "rerank": Meaning(REQUEST, "rerank"),
    # LiteLLM writes the name of its own function
    "acompletion": Meaning(REQUEST, "chat"),
    "atext_completion": Meaning(REQUEST, "completion"),
    "aembedding": Meaning(REQUEST, "embeddings"),
    "aresponses": Meaning(REQUEST, "chat"),
    "image_generation": Meaning(REQUEST, "image"),
    "moderation": Meaning(REQUEST, "moderation"),
    "transcription": Meaning(REQUEST, "audio"),
    "speech": Meaning(REQUEST, "audio"),
    "invoke_agent": Meaning(CONTAINER, "agent"),
    "create_agent": Meaning(OTHER, "create_agent"),
    "invoke_workflow": Meaning(CONTAINER, "workflow"),
    "handle_conversation_turn": Meaning(CONTAINER, "workflow"),
    "plan": Meaning(CONTAINER, "plan"),
    "execute_tool": Meaning(TOOL, "tool"),
    "retrieval": Meaning(TOOL, "retrieval"),
    "fetch_response": Meaning(FETCH, "fetch_response"),
}

USAGE = UsageGroup(
    name="gen_ai",
    input_tokens=("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    output_tokens=("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    cached_input_tokens=(
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cached_input_tokens",
        "gen_ai.usage.input_tokens.cached",
        "gen_ai.usage.cached_tokens",
        "gen_ai.usage.input_cached_tokens",
        "gen_ai.usage.prompt_tokens_details.cached_tokens",
        "gen_ai.usage.details.cache_read_tokens",
    ),
    cache_write_tokens=(
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_write_input_tokens",
        "gen_ai.usage.input_tokens.cache_write",
        "gen_ai.usage.prompt_tokens_details.cache_creation_tokens",
        "gen_ai.usage.details.cache_write_tokens",
    ),
    cache_write_1h_tokens=(
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
        "gen_ai.usage.details.ephemeral_1h_input_tokens",
    ),
    reasoning_tokens=(
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "codex.usage.reasoning_output_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "gen_ai.usage.details.thoughts_tokens",
    ),
    total_tokens=("gen_ai.usage.total_tokens", "llm.usage.total_tokens"),
)

DIALECT = Dialect(
    name="otel_genai",
    prefixes=("gen_ai.",),
    columns={
        "provider": (Source("gen_ai.provider.name", provider),),
        "request_model": ("gen_ai.request.model",),
        "response_model": ("gen_ai.response.model",),
        "response_id": ("gen_ai.response.id",),
        "previous_response_id": ("gen_ai.request.previous_response.id",),
        "finish_reason": (
            Source("gen_ai.response.finish_reasons", finish_reason),
            Source("gen_ai.response.finish_reason", finish_reason),
        ),
        "is_stream": ("gen_ai.request.stream",),
        "service_tier": (
            "openai.response.service_tier",
            "gen_ai.openai.response.service_tier",
            "gen_ai.response.service_tier",
            "openai.request.service_tier",
            "gen_ai.openai.request.service_tier",
        ),
        "error_type": ("error.type",),
        "session_id": ("session.id", "gen_ai.conversation.id"),
        "user_id": ("user.id", "enduser.id", "enduser.pseudo.id"),
        "agent_name": ("gen_ai.agent.name",),
        "tool_name": ("gen_ai.tool.name",),
        "prompt_name": ("gen_ai.prompt.name",),
        "prompt_version": ("gen_ai.prompt.version",),
        "server_address": ("server.address",),
        "region": ("cloud.region", "aws.region"),
    },
    fallbacks={
        "provider": (Source("gen_ai.system", provider),),
        "user_id": ("gen_ai.user", "gen_ai.request.user", "gen_ai.user.id"),
        # a library's own word for it goes before
        "environment": ("deployment.environment.name", "deployment.environment", "gen_ai.environment"),
        "workflow_id": ("gen_ai.workflow.name",),
        "request_model": ("gen_ai.original.model",),
    },
    resource={"service_name": ("service.name",), "code_version": ("service.version",), "region": ("cloud.region",)},
    kinds=(KindKey("gen_ai.operation.name", OPERATIONS, rank=1),),
    name_rules=(NameRule(r"gen_ai\.evaluation\.result$", Meaning(EVALUATION, "evaluation"), overrides=True),),
    log_events=(LogEvent("gen_ai.evaluation.result", needs="gen_ai.evaluation.name"),),
    usage=(USAGE,),
    token_rules=(
        # Converse as Bedrock sent it, but for zeros
        TokenRule(EXCLUSIVE, scope="opentelemetry.instrumentation.botocore", omits_zero=True),
        TokenRule(INCLUSIVE, scope="opentelemetry.instrumentation.genai."),
        TokenRule(INCLUSIVE, scope="opentelemetry.instrumentation.google_genai"),
        TokenRule(INCLUSIVE, scope="opentelemetry.instrumentation.openai_v2"),
        TokenRule(INCLUSIVE, scope="opentelemetry.util.genai"),
    ),
)
