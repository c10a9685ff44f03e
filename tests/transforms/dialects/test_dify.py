"""Dify, keys of langgenius/dify at 6960f043: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "node.id": "1",
    "node.type": "llm",
    "gen_ai.framework": "dify",
    "gen_ai.span.kind": "LLM",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.provider.name": "langgenius/openai/openai",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.total_tokens": 120,
    "gen_ai.response.finish_reason": "stop",
    "retrieval.document": "secret text",
}


def test_a_call() -> None:
    row = read(CALL, scope="dify")
    assert_read(
        row, dialect="dify", role="request", operation="chat", provider="openai", request_model="gpt-4o",
        finish_reason="stop", input_tokens=100, output_tokens=20, token_rule="inclusive: total",
    )  # fmt: skip
    assert "secret text" not in str(row)


def test_a_run() -> None:
    run = {
        "dify.app_id": "app-1", "dify.tenant_id": "tenant-1", "dify.workflow_id": "unknown", "dify.streaming": True,
        "gen_ai.user.id": "user-17", "dify.invoke_from": "SERVICE_API",
    }  # fmt: skip
    assert_read(
        read(run), dialect="dify", project="app-1", team="tenant-1", workflow_id=None, is_stream=True,
        user_id="user-17", traffic_source=None,
    )  # fmt: skip


@pytest.mark.parametrize("sent", ["DEBUGGER", "debugger", "InvokeFrom.DEBUGGER"])
def test_the_debugger_is_ops_traffic(sent: str) -> None:
    assert read({"dify.invoke_from": sent})["traffic_source"] == "ops"


@pytest.mark.parametrize(
    ("kind", "role", "operation"),
    [("TASK", "container", "step"), ("TOOL", "tool", "tool"), ("RETRIEVER", "tool", "retrieval")],
)
def test_kinds(kind: str, role: str, operation: str) -> None:
    assert_read(read({"gen_ai.framework": "dify", "gen_ai.span.kind": kind}), role=role, operation=operation)
