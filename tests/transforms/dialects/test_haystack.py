"""Haystack, keys of haystack-ai 3.4.1: spans written by hand, not recorded."""

import json
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 40}}
META = {"model": "gpt-4o-2024-08-06", "finish_reason": "stop", "usage": USAGE}
CALL: dict[str, Any] = {
    "haystack.component.name": "writer",
    "haystack.component.type": "OpenAIChatGenerator",
    "haystack.component.visits": 2,
}
SAYS: dict[str, Any] = {
    "role": "request",
    "operation": "chat",
    "step": "writer",
    "dialect": "haystack",
    "attempt": None,
}


@pytest.mark.parametrize(
    "output",
    [
        {"replies": [{"role": "assistant", "content": [{"text": "secret text"}], "meta": META}]},
        {"replies": ["secret text"], "meta": [META]},
        {"embedding": [0.1], "meta": META},
    ],
)
def test_usage_stands_inside_the_answer(output: dict[str, Any]) -> None:
    row = read(CALL | {"haystack.component.output": json.dumps(output)}, name="haystack.component.run")
    assert_read(
        row, **SAYS, response_model="gpt-4o-2024-08-06", input_tokens=100, cached_input_tokens=40, output_tokens=20,
        token_rule="inclusive: haystack.component.output",
    )  # fmt: skip
    assert "secret text" not in str(row)


def test_without_contents_usage_is_unknown() -> None:
    row = read(CALL, name="haystack.component.run")
    assert_read(row, **SAYS)
    assert row["usage_fields"] == 0


@pytest.mark.parametrize("printed", ['{"replies": [{"meta"', '{"replies": 5}', '{"meta": [null, 3]}', "[]"])
def test_an_answer_of_another_kind_says_nothing(printed: str) -> None:
    assert_read(read(CALL | {"haystack.component.output": printed}), **SAYS)


@pytest.mark.parametrize(
    ("name", "type_", "role", "operation"),
    [
        ("haystack.component.run", "OpenAITextEmbedder", "request", "embeddings"),
        ("haystack.component.run", "DALLEImageGenerator", "request", "image"),
        ("haystack.component.run", "SentenceTransformersTextEmbedder", "other", "local_model"),
        ("haystack.component.run", "Agent", "container", "agent"),
        ("haystack.component.run", "ToolInvoker", "tool", "tool"),
        ("haystack.component.run", "PromptBuilder", "other", "component"),
        ("haystack.component.run", None, "container", "step"),
        ("haystack.pipeline.run", None, "container", "workflow"),
    ],
)
def test_kinds(name: str, type_: str | None, role: str, operation: str) -> None:
    said = {"haystack.component.type": type_} if type_ else {"haystack.pipeline.metadata": "{}"}
    row = read(said, name=name)
    assert (row["role"], row["operation"]) == (role, operation)
