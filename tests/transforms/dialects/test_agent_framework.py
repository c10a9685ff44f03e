"""Microsoft Agent Framework, keys of agent-framework-core 1.23.0: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

GEN = "gen_ai.usage."
CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.system": "microsoft.agent_framework",
    "gen_ai.provider.name": "azure.ai.openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.finish_reasons": '["stop"]',
    "gen_ai.conversation.id": "conv-1",
    "gen_ai.agent.name": "editor",
    f"{GEN}input_tokens": 100,
    f"{GEN}output_tokens": 20,
    f"{GEN}cache_read.input_tokens": 40,
    f"{GEN}cache_creation.input_tokens": 7,
    f"{GEN}reasoning.output_tokens": 8,
}


def test_a_call_passes_its_connectors_counts_on() -> None:
    assert_read(
        read(CALL, scope="agent_framework"), dialect="agent_framework", role="request", operation="chat",
        provider="azure.ai.openai", request_model="gpt-4o", response_model="gpt-4o-2024-08-06",
        response_id="chatcmpl-1", finish_reason="stop", session_id="conv-1", agent_name="editor", input_tokens=100,
        cached_input_tokens=40, cache_write_tokens=7, output_tokens=20, reasoning_tokens=8,
        token_rule="inclusive: assumed",
    )  # fmt: skip


def test_the_framework_is_no_provider() -> None:
    row = read({"gen_ai.system": "microsoft.agent_framework"}, scope="agent_framework")
    assert row["provider"] is None


@pytest.mark.parametrize(
    ("name", "attributes", "role", "operation"),
    [
        ("invoke_agent editor", {"gen_ai.operation.name": "invoke_agent"}, "container", "agent"),
        ("workflow.run", {}, "container", "workflow"),
        ("executor.process writer", {}, "container", "step"),
        ("message.send", {}, "other", "workflow"),
    ],
)
def test_kinds(name: str, attributes: dict[str, str], role: str, operation: str) -> None:
    row = read(attributes, scope="agent_framework", name=name)
    assert (row["role"], row["operation"]) == (role, operation)


def test_workflows_and_steps_have_names() -> None:
    said = {"workflow.id": "w-1", "workflow.name": "review", "executor.id": "writer"}
    row = read(said, scope="agent_framework", name="workflow.run")
    assert (row["workflow_id"], row["step"]) == ("review", "writer")
    assert read({"executor.id": "writer"}, scope="some.build.system")["step"] is None
