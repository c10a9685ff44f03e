"""LangSmith's OTLP export, keys of langsmith 0.15.0: spans written by hand, not recorded."""

import json
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

GEN = "gen_ai.usage."
CALL: dict[str, Any] = {
    "langsmith.span.kind": "llm",
    "langsmith.trace.session_id": "project-id",
    "langsmith.trace.session_name": "support bot",
    "langsmith.metadata.thread_id": "sess-42",
    "langsmith.request.streaming": True,
    "gen_ai.system": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.service_tier": "default",
}
SAYS: dict[str, Any] = {
    "dialect": "langsmith",
    "role": "request",
    "operation": "chat",
    "provider": "openai",
    "request_model": "gpt-4o",
    "response_model": "gpt-4o-2024-08-06",
    "response_id": "chatcmpl-1",
    "service_tier": "default",
    "session_id": "sess-42",
    "project": "support bot",
    "is_stream": True,
    "input_tokens": 100,
    "cached_input_tokens": 40,
    "cache_write_tokens": 7,
    "output_tokens": 20,
    "reasoning_tokens": 8,
}


def test_details_are_printed_by_python() -> None:
    usage = {
        f"{GEN}input_tokens": 100, f"{GEN}output_tokens": 20, f"{GEN}total_tokens": 120,
        f"{GEN}input_token_details": "{'cache_read': 40, 'cache_creation': 7, 'audio': None}",
        f"{GEN}output_token_details": "{'reasoning': 8}",
    }  # fmt: skip
    assert_read(read(CALL | usage, scope="langsmith"), **SAYS, token_rule="inclusive: langsmith")


def test_usage_metadata_alone() -> None:
    usage = {
        "input_tokens": 100, "output_tokens": 20, "total_tokens": 120,
        "input_token_details": {"cache_read": 40, "ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 3},
        "output_token_details": {"reasoning": 8},
    }  # fmt: skip
    assert_read(
        read(CALL | {"langsmith.usage_metadata": json.dumps(usage)}, scope="langsmith"), **SAYS,
        cache_write_1h_tokens=3, token_rule="inclusive: langsmith.usage_metadata",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("attributes", "role", "operation"),
    [
        ({"langsmith.span.kind": "chain"}, "container", "chain"),
        ({"langsmith.span.kind": "tool"}, "tool", "tool"),
        ({"langsmith.span.kind": "embedding"}, "request", "embeddings"),
        ({"langsmith.span.kind": "llm", "langsmith.metadata.usage_scope": "agent_total"}, "container", "agent"),
        ({"langsmith.span.kind": "llm", "langsmith.metadata.usage_scope": "call"}, "request", "chat"),
    ],
)
def test_kinds(attributes: dict[str, str], role: str, operation: str) -> None:
    row = read(attributes, scope="langsmith")
    assert (row["role"], row["operation"]) == (role, operation)


def test_its_metadata_on_others_spans_changes_no_count() -> None:
    usage = {f"{GEN}input_tokens": 60, f"{GEN}output_tokens": 5, f"{GEN}cache_read.input_tokens": 40}
    row = read(usage | {"langsmith.metadata.thread_id": "s"}, scope="opentelemetry.instrumentation.bedrock")
    assert (row["input_tokens"], row["token_rule"]) == (100, "exclusive: traceloop")
