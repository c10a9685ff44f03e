"""n8n, keys of its page on OpenTelemetry tracing: spans written by hand, not recorded."""

import pytest

from tests.transforms.dialects.spans import assert_read, read


def test_an_execution() -> None:
    sent = {
        "n8n.workflow.id": "w1", "n8n.workflow.name": "triage", "n8n.execution.id": "231",
        "n8n.execution.error_type": "NodeOperationError", "n8n.project.id": "p1", "n8n.execution.mode": "trigger",
    }  # fmt: skip
    assert_read(
        read(sent, name="workflow.execute"), dialect="n8n", role="container", operation="workflow",
        workflow_id="triage", workflow_run_id="231", error_type="NodeOperationError", project="p1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "role", "operation"),
    [
        ("@n8n/n8n-nodes-langchain.lmChatOpenAi", "request", "chat"),
        ("@n8n/n8n-nodes-langchain.embeddingsOpenAi", "request", "embeddings"),
        ("@n8n/n8n-nodes-langchain.agent", "container", "agent"),
        ("@n8n/n8n-nodes-langchain.toolCalculator", "tool", "tool"),
        ("n8n-nodes-base.httpRequest", "container", "step"),
        ("n8n-nodes-base.lmsConnector", "container", "step"),
    ],
)
def test_nodes(type_: str, role: str, operation: str) -> None:
    row = read({"n8n.node.type": type_, "n8n.node.name": "Ask", "n8n.node.id": "7"}, name="node.execute")
    assert_read(row, role=role, operation=operation, step="Ask")
