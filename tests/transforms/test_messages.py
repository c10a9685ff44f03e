"""One conversation, written down in every way in use, has one input hash."""

import json
from typing import Any

from tests.transforms.build import request
from tests.transforms.comparing import KEEP, rows_of

QUESTION = "What's the weather in Łódź? 🌧"
ANSWER = "Rain."


def hashes(attributes: dict[str, Any]) -> tuple[str | None, str | None]:
    (row,) = rows_of([request(attributes)], KEEP)
    return row["input_hash"], row["output_hash"]


WAYS: dict[str, dict[str, Any]] = {
    "indexed, OpenLLMetry": {
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "Be brief.",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": QUESTION,
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": ANSWER,
        "gen_ai.completion.0.finish_reason": "stop",
    },
    "indexed, OpenInference": {
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": "Be brief.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.contents.0.message_content.type": "text",
        "llm.input_messages.1.message.contents.0.message_content.text": QUESTION,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": ANSWER,
    },
    "JSON in a string": {
        "gen_ai.input.messages": json.dumps(
            [
                {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
                {"role": "user", "parts": [{"type": "text", "content": QUESTION}]},
            ]
        ),
        "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [{"type": "text", "content": ANSWER}], "finish_reason": "stop"}]
        ),
    },
    "structured, instructions apart": {
        "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": QUESTION}]}],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": ANSWER}]}],
    },
    "a provider's own form": {
        "gen_ai.prompt": json.dumps(
            [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
            ]
        ),
        "gen_ai.completion": json.dumps([{"role": "assistant", "content": ANSWER}]),
    },
}


def test_one_conversation_one_hash() -> None:
    found = {way: hashes(attributes) for way, attributes in WAYS.items()}
    assert len(set(found.values())) == 1, found
    assert None not in next(iter(found.values()))


def test_another_question_another_hash() -> None:
    way = WAYS["indexed, OpenLLMetry"]
    changed = {**way, "gen_ai.prompt.1.content": "And in Gdynia?"}
    assert hashes(changed)[0] != hashes(way)[0]
    assert hashes(changed)[1] == hashes(way)[1]


def test_tool_call_ids_do_not_matter() -> None:
    def with_id(call: str) -> dict[str, Any]:
        parts = [{"type": "tool_call", "id": call, "name": "weather", "arguments": {"city": "Łódź"}}]
        return {"gen_ai.input.messages": json.dumps([{"role": "assistant", "parts": parts}])}

    assert hashes(with_id("call_1")) == hashes(with_id("call_2"))
    assert hashes(with_id("call_1"))[0] is not None


def test_blanked_out_content_has_no_hash() -> None:
    for blank in ("<REDACTED>", "[REDACTED]", "{}"):
        assert hashes({"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": blank}) == (None, None)
    assert hashes({"gen_ai.request.model": "gpt-4o"}) == (None, None)


def test_the_tag_wins() -> None:
    tagged = {**WAYS["JSON in a string"], "spanledger.input.hash": "mine", "outputHash": "theirs"}
    assert hashes(tagged) == ("mine", "theirs")
