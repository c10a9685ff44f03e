"""Providers' usage objects, directly: the shapes of their APIs, and the parts a stream tells one after the other."""

import json
from typing import Any

import pytest

from transforms.raw_usage import merged, parse, parse_answer

Usage = dict[str, Any]


def counts(usage: Usage | list[Usage]) -> tuple[int | None, ...]:
    """Input, read from cache, written to cache, output, reasoning."""
    said = parse(json.dumps(usage)) or {}
    names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    return tuple(said.get(name) for name in names)


OPENAI: Usage = {
    "prompt_tokens": 1143,
    "completion_tokens": 200,
    "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 192},
}
RESPONSES: Usage = {
    "input_tokens": 72,
    "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 0},
    "output_tokens": 14,
    "output_tokens_details": {"reasoning_tokens": 0},
}
ASSISTANTS: Usage = {
    "prompt_tokens": 381,
    "completion_tokens": 88,
    "prompt_token_details": {"cached_tokens": 30},
    "completion_token_details": {"reasoning_tokens": 12},
}
COHERE: Usage = {
    "billed_units": {"input_tokens": 377, "output_tokens": 102},
    "tokens": {"input_tokens": 577, "output_tokens": 102},
    "cached_tokens": 576,
}
GEMINI: Usage = {
    "promptTokenCount": 100,
    "cachedContentTokenCount": 60,
    "toolUsePromptTokenCount": 5,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 7,
}
CONVERSE = {"inputTokens": 20, "outputTokens": 72, "cacheReadInputTokens": 5, "cacheWriteInputTokens": 3}
NOVA = {"inputTokens": 7, "outputTokens": 53, "cacheReadInputTokenCount": 4, "cacheWriteInputTokenCount": 0}
DEEPSEEK = {"prompt_tokens": 10, "completion_tokens": 50, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6}
ANTHROPIC = {"input_tokens": 4, "output_tokens": 207, "cache_creation_input_tokens": 1165, "cache_read_input_tokens": 0}


LITELLM = {
    "prompt_tokens": 107,
    "completion_tokens": 20,
    "prompt_tokens_details": None,
    "cache_read_input_tokens": 40,
    "cache_creation_input_tokens": 7,
}
PYTHON_GEMINI = {
    "prompt_token_count": 100,
    "cached_content_token_count": 60,
    "tool_use_prompt_token_count": 5,
    "candidates_token_count": 20,
    "thoughts_token_count": 7,
}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (LITELLM, (107, 40, 7, 20, None)),
        (PYTHON_GEMINI, (105, 60, None, 27, 7)),
        ({"prompt_tokens": "12", "completion_tokens": 3.0}, (12, None, None, 3, None)),
        ({"prompt_tokens": "twelve", "completion_tokens": 3.5}, (None,) * 5),
        ({"prompt_tokens": True, "completion_tokens": 3}, (None, None, None, 3, None)),
        (OPENAI, (1143, 1024, None, 200, 192)),
        (RESPONSES, (72, 8, 0, 14, 0)),
        (ASSISTANTS, (381, 30, None, 88, 12)),
        (DEEPSEEK, (10, 4, None, 50, None)),
        (ANTHROPIC, (1169, 0, 1165, 207, None)),
        (CONVERSE, (28, 5, 3, 72, None)),
        (NOVA, (11, 4, 0, 53, None)),
        ({"inputTokens": 30}, (30, None, None, None, None)),
        (GEMINI, (105, 60, None, 27, 7)),
        (COHERE, (377, None, None, 102, None)),
        ({"total_tokens": 12}, (12, None, None, None, None)),
        ({"total_tokens": 12, "search_units": 1}, (None,) * 5),
        ({"search_units": 1}, (None,) * 5),
        ({"prompt_tokens": 5, "completion_tokens": -1, "prompt_tokens_details": None}, (5, None, None, None, None)),
    ],
)
def test_each_providers_object(usage: Usage, expected: tuple[int | None, ...]) -> None:
    assert counts(usage) == expected


def test_of_a_streams_objects_the_last_that_says_a_field_holds() -> None:
    start = {**ANTHROPIC, "output_tokens": 1}
    assert counts([start, {"output_tokens": 289}]) == (1169, 0, 1165, 289, None)
    assert counts([start, {"output_tokens": 9}, {"output_tokens": 289, "input_tokens": None}])[0::3] == (1169, 289)
    assert counts([{"output_tokens": 289}, start])[3] == 1
    steps = [{"prompt_tokens": 154, "completion_tokens": 62}, {"prompt_tokens": 227, "completion_tokens": 27}]
    assert counts([*steps, ASSISTANTS]) == counts(ASSISTANTS)


def test_parts_inside_a_detail_are_kept_apart() -> None:
    one, other = {"input_tokens_details": {"cached_tokens": 8}}, {"input_tokens_details": {"cache_write_tokens": 2}}
    assert merged([one, other]) == {"input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 2}}
    assert merged([one, {"input_tokens_details": None}]) == one


@pytest.mark.parametrize(
    "text", ["", "[]", "[1]", '[{"input_tokens": 1}, 2]', "[{'input_tokens': 1}", "null", '"text"']
)
def test_what_is_no_usage_object_says_nothing(text: str) -> None:
    assert parse(text) is None


OBJECT: Usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
PRINTED = (
    "CompletionUsage(prompt_tokens=9, completion_tokens=2, prompt_tokens_details=Details(x=None, cached_tokens=4))"
)
ANSWERS = {
    "json": json.dumps({"text": "hi", "usage": OBJECT}),
    "json in json": json.dumps({"raw": json.dumps({"usage": OBJECT})}),
    "printed dict": f"Message(_meta={{'usage': {OBJECT}}})",
    "printed object": f"ChatCompletion(id='x', usage={PRINTED})",
    "the last one": f"text='usage=CompletionUsage(prompt_tokens=1, completion_tokens=1)', usage={PRINTED}",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_the_usage_inside_a_recorded_answer(answer: str) -> None:
    counts = parse_answer(answer)
    assert counts is not None
    assert {name: counts[name] for name in ("input_tokens", "output_tokens", "cached_input_tokens")} == {
        "input_tokens": 9, "output_tokens": 2, "cached_input_tokens": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "usage", "usage=Usage(", "usage=Usage(1, 2)", 'x "usage": {"prompt_tokens": ', "usage=Usage(a=open('x'))"],
)
def test_answers_without_a_whole_usage_object_say_nothing(text: str) -> None:
    assert not parse_answer(text)
