"""Genkit, keys of its span attribute list: spans written by hand, not recorded."""

import json
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

SCOPE = "genkit-tracer"


def model(usage: dict[str, int], name: str = "googleai/gemini-2.5-flash") -> dict[str, Any]:
    return {
        "genkit:type": "action",
        "genkit:metadata:subtype": "model",
        "genkit:name": name,
        "genkit:path": f"/{{chatFlow,t:flow}}/{{generate,t:util}}/{{{name},t:action,s:model}}",
        "genkit:sessionId": "sess-42",
        "genkit:input": "secret text",
        "genkit:output": json.dumps({"message": {"content": [{"text": "secret text"}]}, "usage": usage}),
    }


@pytest.mark.parametrize(
    ("usage", "output", "rule"),
    [
        ({"totalTokens": 128}, 28, "exclusive_output: total"),  # Gemini's candidates, thoughts beside them
        ({"totalTokens": 120}, 20, "inclusive: total"),  # OpenAI's completion, reasoning inside
        ({}, 20, "inclusive: assumed"),
    ],
)
def test_a_models_usage_stands_in_its_output(usage: dict[str, int], output: int, rule: str) -> None:
    counts = {"inputTokens": 100, "outputTokens": 20, "thoughtsTokens": 8, "cachedContentTokens": 40}
    row = read(model(counts | usage), scope=SCOPE)
    assert_read(
        row, dialect="genkit", role="request", operation="chat", provider="gcp.gemini",
        request_model="gemini-2.5-flash", session_id="sess-42", input_tokens=100, cached_input_tokens=40,
        output_tokens=output, reasoning_tokens=8, token_rule=rule,
    )  # fmt: skip
    assert "secret text" not in str(row)


def test_redacted_output_is_unknown_usage() -> None:
    sent = model({}) | {"genkit:output": "<redacted>", "genkit:input": "<redacted>"}
    row = read(sent, scope=SCOPE)
    assert (row["role"], row["input_tokens"], row["usage_fields"]) == ("request", None, 0)
    assert row["input_hash"] is None


@pytest.mark.parametrize(
    ("name", "provider", "asked"), [("openai/gpt-4o", "openai", "gpt-4o"), ("my-model", None, "my-model")]
)
def test_models_of_other_plugins(name: str, provider: str | None, asked: str) -> None:
    row = read(model({}, name), scope=SCOPE)
    assert (row["provider"], row["request_model"]) == (provider, asked)


@pytest.mark.parametrize(
    ("subtype", "role", "operation", "marker"),
    [
        ("flow", "container", "workflow", None),
        ("embedder", "request", "embeddings", None),
        ("tool", "tool", "tool", None),
        ("evaluator", "evaluator", "evaluation", "eval"),
    ],
)
def test_kinds_and_only_models_have_models(subtype: str, role: str, operation: str, marker: str | None) -> None:
    sent = {
        "genkit:metadata:subtype": subtype,
        "genkit:name": "mine",
        "genkit:path": f"/{{mine,t:action,s:{subtype}.x}}",
    }
    row = read(sent, scope=SCOPE)
    expected = "mine" if subtype == "embedder" else None
    assert_read(row, role=role, operation=operation, traffic_marker=marker, request_model=expected)
