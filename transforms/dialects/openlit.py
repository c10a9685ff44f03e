"""OpenLIT; read from version 1.45 and one recording.

Native Anthropic input leaves cache out while OpenAI's holds it, under the same key; Gemini output leaves thoughts
out. Streams without a provider's usage are counted by a tokenizer, and only the missing cache keys show it. Some
frameworks' spans use words of their own (`gen_ai.token.usage.*`, `gen_ai.llm.*`). `gen_ai.client.token.usage` is a
metric's name, `gen_ai.agent.max_retry_limit` a budget, `gen_ai.monitor.retry_count` a sum over attempts, and
`db.operation.cost` no model's: none is read. A browser agent's success rate is its task's score, and its outcome where
it is 0 or 1.
"""

from transforms.dialects.base import (
    EXCLUSIVE,
    EXCLUSIVE_OUTPUT,
    INCLUSIVE,
    Dialect,
    Estimate,
    KindKey,
    Source,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.otel_genai import OPERATIONS, USAGE
from transforms.dialects.readings import provider


def _outcome(rate: str) -> str | None:
    return {"1": "success", "1.0": "success", "0": "failure", "0.0": "failure"}.get(rate.strip())


TOKEN_USAGE = UsageGroup(
    name="gen_ai.token.usage",
    input_tokens=("gen_ai.token.usage.input",),
    output_tokens=("gen_ai.token.usage.output",),
    total_tokens=("gen_ai.token.usage.total",),
)

DIALECT = Dialect(
    name="openlit",
    scopes=("openlit",),
    columns={
        "reported_cost_usd": ("gen_ai.usage.cost", "gen_ai.token.cost.total"),
        "task_score": ("gen_ai.agent.success_rate",),
        "task_outcome": (Source("gen_ai.agent.success_rate", _outcome),),
    },
    fallbacks={
        "session_id": ("gen_ai.agent.session_id",),
        "task_id": ("gen_ai.agent.task.id", "gen_ai.agent.task_id"),
        "workflow_id": ("gen_ai.workflow.type",),
        "project": ("gen_ai.application_name",),
        "provider": (Source("gen_ai.llm.provider", provider),),
        "request_model": ("gen_ai.llm.model",),
        "error_type": ("gen_ai.framework.error.type",),
    },
    kinds=(KindKey("gen_ai.operation.type", OPERATIONS, rank=2, only_known=True),),
    usage=(USAGE, TOKEN_USAGE),
    token_rules=(
        TokenRule(EXCLUSIVE, scope="openlit.instrumentation.anthropic"),
        TokenRule(EXCLUSIVE_OUTPUT, scope="openlit.instrumentation.google_ai_studio"),
        TokenRule(EXCLUSIVE_OUTPUT, scope="openlit.instrumentation.vertexai"),
        TokenRule(INCLUSIVE),
    ),
    estimates=(
        Estimate(
            scope="openlit",
            why="counted by a tokenizer",
            when="gen_ai.request.stream",
            unless=("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens"),
        ),
    ),
)
