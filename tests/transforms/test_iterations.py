"""Attempts inside one request, from the usage objects of Anthropic's documentation."""

import json
from typing import Any

from tests.transforms.dialects.spans import read

DECLINED: dict[str, Any] = {
    "type": "message",
    "model": "claude-fable-5",
    "input_tokens": 535,
    "output_tokens": 0,
    "cache_read_input_tokens": 40,
    "cache_creation_input_tokens": 30,
    "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
}
ANSWERED: dict[str, Any] = {
    "type": "fallback_message",
    "model": "claude-opus-4-8",
    "input_tokens": 412,
    "output_tokens": 264,
}
USAGE: dict[str, Any] = {"input_tokens": 412, "output_tokens": 264, "iterations": [DECLINED, ANSWERED]}
READ = [
    {"type": "message", "model": "claude-fable-5", "input_tokens": 605, "cached_input_tokens": 40,
     "cache_write_tokens": 30, "cache_write_1h_tokens": 10, "output_tokens": 0},
    {"type": "fallback_message", "model": "claude-opus-4-8", "input_tokens": 412, "cached_input_tokens": None,
     "cache_write_tokens": None, "cache_write_1h_tokens": None, "output_tokens": 264},
]  # fmt: skip


def attempts(attributes: dict[str, Any], **around: Any) -> Any:
    text = read(attributes, **around)["usage_iterations"]
    return text and json.loads(text)


def test_attempts_are_read_wherever_the_usage_object_stands() -> None:
    assert attempts({"llm.anthropic.usage": str(USAGE)}, scope="litellm", name="raw_gen_ai_request") == READ
    assert attempts({"metadata.usage_object": json.dumps(USAGE)}, scope="litellm") == READ
    assert attempts({"ai.response.providerMetadata": json.dumps({"anthropic": {"usage": USAGE}})}, scope="ai") == READ


def test_the_usage_around_the_attempts_stays_the_spans() -> None:
    row = read({"llm.anthropic.usage": str(USAGE)}, scope="litellm", name="raw_gen_ai_request")
    assert (row["input_tokens"], row["output_tokens"]) == (412, 264)


def test_no_attempts_are_null_and_a_broken_one_is_kept_as_such() -> None:
    silent: list[dict[str, Any]] = [{"input_tokens": 1, "output_tokens": 2}, {"iterations": []}, {"iterations": "3"}]
    for usage in silent:
        assert attempts({"metadata.usage_object": json.dumps(usage)}, scope="litellm") is None
    nothing = dict.fromkeys(READ[0])
    for broken in ("text", {"input_tokens": -5}, {"output_tokens": "many"}):
        sent = json.dumps({"iterations": [broken]})
        assert attempts({"metadata.usage_object": sent}, scope="litellm") == [nothing]
