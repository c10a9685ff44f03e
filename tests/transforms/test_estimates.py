"""Counts that the provider did not give are marked: in every recording, and at the edges by hand."""

import json
from typing import Any

import pytest

from tests.transforms import oracle
from tests.transforms.build import request
from tests.transforms.comparing import rows_of

_PARTS = {"input_tokens": "input_total", "output_tokens": "output_total"}


def _wrong(row: dict[str, Any], usage: dict[str, int]) -> bool:
    return any(row[column] not in (None, usage[truth]) for column, truth in _PARTS.items())


@pytest.mark.parametrize("recording", oracle.recordings())
def test_what_differs_from_the_bill_is_marked_and_nothing_else_is(recording: str) -> None:
    calls = oracle.billed_calls(recording)
    billed = {call["response_id"]: call["usage"] for call in calls if call.get("response_id") and call["usage"]}
    for body in oracle.bodies_of(recording).values():
        for row in rows_of([body]):
            usage = billed.get(row["response_id"])
            if not usage or row["is_estimated"] is None or row["role"] != "request":
                continue
            says_zero = not any(row[column] for column in _PARTS)  # read as unknown by the models
            assert row["is_estimated"] == (_wrong(row, usage) and not says_zero), (row, usage)


NODE = "@traceloop/instrumentation-openai"


def node(text: str, input_tokens: int, model: str = "gpt-4o", messages: int = 1) -> dict[str, Any]:
    message = {"role": "user", "parts": [{"type": "text", "content": text}]}
    sent = {
        "gen_ai.request.model": model,
        "gen_ai.input.messages": json.dumps([message] * messages),
        "gen_ai.usage.input_tokens": input_tokens,
        "gen_ai.usage.output_tokens": 11,
    }
    (row,) = rows_of([request(sent, scope=NODE)])
    return row


@pytest.mark.parametrize(
    ("text", "input_tokens", "is_estimated"),
    [
        ("hello", 1, True),  # a tokenizer's count of the bare word
        ("hello", 8, False),  # OpenAI's: the word, 4 for the message, 3 for the request
        ("hello", 7, True),
        ("It's 12345 o'clock!", 13, False),  # It's, 123, 45, " o", 'clock, !: six pieces
        ("It's 12345 o'clock!", 12, True),
        ("\N{SNOWMAN} \N{SNOWMAN}", 7, False),  # signs outside ASCII prove nothing
        ("hello", 0, False),  # zero is unknown, not an estimate
    ],
)
def test_a_count_below_the_text_was_made_up(text: str, input_tokens: int, is_estimated: bool) -> None:
    row = node(text, input_tokens)
    assert row["is_estimated"] is is_estimated
    assert row["token_rule"] == "inclusive: traceloop" + ("; counted by a tokenizer" if is_estimated else "")


def test_other_models_and_other_forms_prove_nothing() -> None:
    assert node("hello", 1, model="llama-3")["is_estimated"] is False
    assert node("hello", 14, messages=2)["is_estimated"] is False
    assert node("hello", 12, messages=2)["is_estimated"] is True
    for odd in ("[[[", "{}", '[{"parts": 5}]', "[3]"):
        sent = {"gen_ai.request.model": "gpt-4o", "gen_ai.input.messages": odd, "gen_ai.usage.input_tokens": 2}
        (row,) = rows_of([request(sent, scope=NODE)])
        assert row["is_estimated"] is (odd == '[{"parts": 5}]')  # a message costs 7 tokens with nothing in it
