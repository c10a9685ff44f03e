"""MLflow tracing, from documents, not recorded: read from mlflow-skinny 3.17.2.

Every value is JSON, even a single word, which comes in quotes. Input in `mlflow.chat.tokenUsage` holds cache although
its keys look like Anthropic's, which leave it out; Gemini's output there leaves thoughts out, and nothing says how
many. `mlflow.trace.tokenUsage` and `mlflow.trace.cost` sum a whole trace and are not read. Spans of scorers and of
evaluation runs are evaluation traffic.
"""

import json
from collections.abc import Callable

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
    Source,
    TokenRule,
    UsageGroup,
)
from transforms.dialects.readings import eval_marker, evaluator, inside, provider, unquoted


def _token_usage(text: str) -> raw_usage.Counts | None:
    usage = raw_usage.mapping(text)
    if usage is None:
        return None
    return raw_usage.known(
        input_tokens=raw_usage.count(usage, "input_tokens"),
        output_tokens=raw_usage.count(usage, "output_tokens"),
        cached_input_tokens=raw_usage.count(usage, "cache_read_input_tokens"),
        cache_write_tokens=raw_usage.count(usage, "cache_creation_input_tokens"),
        cache_write_1h_tokens=raw_usage.count(usage, "cache_creation_input_tokens_above_1hr"),
        total_tokens=raw_usage.count(usage, "total_tokens"),
    )


def _provider(text: str) -> str | None:
    return provider(unquoted(text) or "")


def _evaluator(text: str) -> str | None:
    return evaluator(unquoted(text) or "")


def _first_prompt(name: str) -> Callable[[str], str | None]:
    """Of `[{"name": …, "version": …}]`, the first one's."""

    def read(text: str) -> str | None:
        try:
            prompts = json.loads(text)
        except (ValueError, RecursionError):  # cut, or no JSON
            return None
        first = prompts[0] if isinstance(prompts, list) and prompts else None
        said = first.get(name) if isinstance(first, dict) else None
        return str(said) if isinstance(said, str | int) else None

    return read


USAGE = UsageGroup(name="mlflow.chat.tokenUsage", raw=r"mlflow\.chat\.tokenUsage", parse=_token_usage)

_ASSESSMENT = "mlflow.assessment."
JUDGE_USAGE = UsageGroup(
    name="mlflow.assessment",
    input_tokens=(f"{_ASSESSMENT}judgeInputTokens",),
    output_tokens=(f"{_ASSESSMENT}judgeOutputTokens",),
)

_MARKERS = ("mlflow.eval.requestId", "mlflow.sourceRun", "mlflow.trace.sourceScorer")
_JUDGE = tuple(f"{_ASSESSMENT}{name}" for name in ("judgeCost", "judgeInputTokens", "judgeOutputTokens"))

DIALECT = Dialect(
    name="mlflow",
    scopes=("mlflow",),
    prefixes=("mlflow.",),
    columns={
        "provider": (Source("mlflow.llm.provider", _provider),),
        "project": (Source("mlflow.experimentId", unquoted),),
        "prompt_name": (Source("mlflow.linkedPrompts", _first_prompt("name")),),
        "prompt_version": (Source("mlflow.linkedPrompts", _first_prompt("version")),),
        "traffic_marker": (
            *(Source(key, eval_marker) for key in (*_MARKERS, *_JUDGE)),
            Source("mlflow.spanType", _evaluator),
        ),
    },
    fallbacks={
        "response_model": (Source("mlflow.llm.model", unquoted),),
        "session_id": (Source("mlflow.trace.session", unquoted),),
        "user_id": (Source("mlflow.trace.user", unquoted),),
        "task_id": (Source("mlflow.eval.requestId", unquoted),),
        "reported_cost_usd": (Source("mlflow.llm.cost", inside("total_cost")), f"{_ASSESSMENT}judgeCost"),
    },
    kinds=(
        KindKey(
            "mlflow.spanType",
            {
                "llm": Meaning(REQUEST, "chat"),
                "chat_model": Meaning(REQUEST, "chat"),
                "embedding": Meaning(REQUEST, "embeddings"),
                "reranker": Meaning(REQUEST, "rerank"),
                "agent": Meaning(CONTAINER, "agent"),
                "chain": Meaning(CONTAINER, "chain"),
                "workflow": Meaning(CONTAINER, "workflow"),
                "task": Meaning(CONTAINER, "step"),
                "guardrail": Meaning(CONTAINER, "guardrail"),
                "tool": Meaning(TOOL, "tool"),
                "retriever": Meaning(TOOL, "retrieval"),
                "evaluator": Meaning(EVALUATOR, "evaluation"),
                "parser": Meaning(OTHER, "parser"),
                "memory": Meaning(OTHER, "memory"),
                "unknown": Meaning(OTHER, "unknown"),
            },
        ),
    ),
    usage=(USAGE, JUDGE_USAGE),
    token_rules=(TokenRule(INCLUSIVE),),
)
