"""Mastra, keys of @mastra/otel-exporter 0.3.3: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

SCOPE = "@mastra/otel-exporter"
CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "mastra.span.type": "model_generation",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-sonnet-4-5",
    "gen_ai.response.id": "msg_1",
    "gen_ai.usage.input_tokens": 170,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.reasoning_tokens": 8,
    "gen_ai.response.finish_reasons": '["stop"]',
    "gen_ai.conversation.id": "thread-1",
}
SAYS: dict[str, Any] = {
    "dialect": "mastra",
    "role": "request",
    "operation": "chat",
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "response_id": "msg_1",
    "finish_reason": "stop",
    "session_id": "thread-1",
    "input_tokens": 170,
    "cached_input_tokens": 40,
    "output_tokens": 20,
    "reasoning_tokens": 8,
    "token_rule": "inclusive: mastra",
}


@pytest.mark.parametrize("cached", ["cache_read.input_tokens", "cached_input_tokens"])
def test_a_generation(cached: str) -> None:
    assert_read(read(CALL | {f"gen_ai.usage.{cached}": 40}, scope=SCOPE), **SAYS)


@pytest.mark.parametrize(
    ("type_", "role", "operation", "marker"),
    [
        ("rag_embedding", "request", "embeddings", None),
        ("model_step", "other", "model_step", None),
        ("model_chunk", "other", "model_chunk", None),
        ("agent_run", "container", "agent", None),
        ("workflow_run", "container", "workflow", None),
        ("workflow_step", "container", "step", None),
        ("mcp_tool_call", "tool", "tool", None),
        ("scorer_run", "evaluator", "evaluation", "eval"),
    ],
)
def test_kinds(type_: str, role: str, operation: str, marker: str | None) -> None:
    sent = {"mastra.span.type": type_, "gen_ai.operation.name": type_}
    assert_read(read(sent, scope=SCOPE), role=role, operation=operation, traffic_marker=marker)


def test_a_failed_tool_is_an_error_and_no_outcome() -> None:
    sent = {"mastra.span.type": "tool_call", "gen_ai.tool.success": False, "mastra.agent_run.input": "secret text"}
    row = read(sent, scope=SCOPE)
    assert (row["error_type"], row["task_outcome"]) == ("error", None)
    assert "secret text" not in str(row)
    assert read(sent | {"gen_ai.tool.success": True})["error_type"] is None
