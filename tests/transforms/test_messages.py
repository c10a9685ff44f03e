"""One conversation, written down in every way in use, has one input hash."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.transforms.build import request
from tests.transforms.comparing import KEEP, rows_of
from transforms import messages
from transforms.content import is_content

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
    "AI SDK": {
        "ai.prompt.messages": json.dumps(
            [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": QUESTION, "providerOptions": {}}]},
            ]
        ),
        "ai.response.text": ANSWER,
        "ai.prompt.tools": ["a tool"],
    },
    "AI SDK, outer span": {
        "ai.prompt": json.dumps({"system": "Be brief.", "messages": [{"role": "user", "content": QUESTION}]}),
        "ai.response.text": ANSWER,
    },
    "Langfuse": {
        "langfuse.observation.input": json.dumps(
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
        ),
        "langfuse.observation.output": json.dumps({"role": "assistant", "content": ANSWER}),
    },
    "MLflow, OpenAI": {
        "mlflow.spanInputs": json.dumps(
            {
                "model": "gpt-4o",
                "temperature": 0,
                "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}],
            }
        ),
        "mlflow.spanOutputs": json.dumps(
            {
                "id": "chatcmpl-1",
                "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": ANSWER}}],
                "usage": {"prompt_tokens": 9},
            }
        ),
    },
    "MLflow, Anthropic": {
        "mlflow.spanInputs": json.dumps(
            {"max_tokens": 9, "system": "Be brief.", "messages": [{"role": "user", "content": QUESTION}]}
        ),
        "mlflow.spanOutputs": json.dumps(
            {
                "id": "msg_1",
                "role": "assistant",
                "content": [{"type": "text", "text": ANSWER}],
                "stop_reason": "end_turn",
            }
        ),
    },
    "MLflow, LangChain": {
        "mlflow.spanInputs": json.dumps(
            [
                [
                    {"type": "system", "content": "Be brief.", "id": "1"},
                    {"lc": 1, "type": "constructor", "kwargs": {"type": "human", "content": QUESTION}},
                ]
            ]
        ),
        "mlflow.spanOutputs": json.dumps(
            {"generations": [[{"text": ANSWER, "message": {"type": "ai", "content": ANSWER}}]], "llm_output": {}}
        ),
    },
    "Laminar": {
        "lmnr.span.input": json.dumps(
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
        ),
        "lmnr.span.output": json.dumps(ANSWER),
    },
    "LangSmith": {
        "gen_ai.prompt": json.dumps(
            {"messages": [{"role": "system", "content": "Be brief."}, {"role": "human", "content": QUESTION}]}
        ),
        "gen_ai.completion": json.dumps({"choices": [{"message": {"role": "assistant", "content": ANSWER}}]}),
    },
    "Google ADK": {
        "gcp.vertex.agent.llm_request": json.dumps(
            {
                "model": "gemini-2.5-flash",
                "config": {"system_instruction": "Be brief.", "tools": []},
                "contents": [{"role": "user", "parts": [{"text": QUESTION}]}],
            }
        ),
        "gcp.vertex.agent.llm_response": json.dumps({"content": {"role": "model", "parts": [{"text": ANSWER}]}}),
    },
    "Genkit": {
        "genkit:input": json.dumps(
            {
                "messages": [
                    {"role": "system", "content": [{"text": "Be brief."}]},
                    {"role": "user", "content": [{"text": QUESTION}]},
                ],
                "config": {"temperature": 0},
            }
        ),
        "genkit:output": json.dumps({"message": {"role": "model", "content": [{"text": ANSWER}]}, "usage": {}}),
    },
    "Cloudflare": {
        "gen_ai.prompt_json": json.dumps(
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
        ),
        "gen_ai.completion_json": json.dumps([{"role": "assistant", "content": ANSWER}]),
    },
    "Haystack": {
        "haystack.component.input": json.dumps(
            {
                "messages": [
                    {"role": "system", "content": [{"text": "Be brief."}]},
                    {"role": "user", "content": [{"text": QUESTION}]},
                ]
            }
        ),
        "haystack.component.output": json.dumps({"replies": [{"role": "assistant", "content": [{"text": ANSWER}]}]}),
    },
    "Logfire": {
        "request_data": json.dumps(
            {
                "model": "gpt-4o",
                "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}],
            }
        ),
        "response_data": json.dumps({"message": {"role": "assistant", "content": ANSWER}, "usage": {}}),
    },
    "OpenAI Responses": {
        "inputs": json.dumps({"instructions": "Be brief.", "input": QUESTION, "model": "gpt-4o"}),
        "outputs": json.dumps(
            {"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": ANSWER}]}]}
        ),
    },
    "Pydantic AI 1": {
        "events": json.dumps(
            [
                {"event.name": "gen_ai.system.message", "role": "system", "content": "Be brief."},
                {"event.name": "gen_ai.user.message", "role": "user", "content": QUESTION},
                {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": ANSWER}},
            ]
        ),
    },
}


def test_one_conversation_one_hash() -> None:
    found = {way: hashes(attributes) for way, attributes in WAYS.items()}
    assert len(set(found.values())) == 1, found
    assert None not in next(iter(found.values()))


def test_whatever_is_hashed_is_content() -> None:
    roots = {root for spellings in (messages._INPUTS, messages._OUTPUTS) for one in spellings for root in one}
    assert not [root for root in roots if not is_content(root)], "content.py must know it, or its text is stored"


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


CALLS: dict[str, dict[str, Any]] = {
    "OpenAI": {"tool_calls": [{"id": "1", "function": {"name": "weather", "arguments": '{"city": "Łódź"}'}}]},
    "OTel": {"parts": [{"type": "tool_call", "id": "2", "name": "weather", "arguments": {"city": "Łódź"}}]},
    "Anthropic": {"content": [{"type": "tool_use", "id": "3", "name": "weather", "input": {"city": "Łódź"}}]},
    "AI SDK": {"content": [{"type": "tool-call", "toolCallId": "4", "toolName": "weather", "input": {"city": "Łódź"}}]},
    "Google": {"parts": [{"functionCall": {"name": "weather", "args": {"city": "Łódź"}}}]},
}
RESULTS: dict[str, dict[str, Any]] = {
    "OpenAI": {"tool_call_id": "1", "content": "Rain."},
    "OTel": {"parts": [{"type": "tool_call_response", "id": "2", "response": "Rain."}]},
    "Anthropic": {
        "content": [{"type": "tool_result", "tool_use_id": "3", "content": [{"type": "text", "text": "Rain."}]}]
    },
    "AI SDK": {"content": [{"type": "tool-result", "toolCallId": "4", "output": {"type": "text", "value": "Rain."}}]},
}


@pytest.mark.parametrize("forms", [CALLS, RESULTS], ids=["calls", "results"])
def test_tools_are_told_in_many_forms(forms: dict[str, dict[str, Any]]) -> None:
    found = {
        form: hashes({"mlflow.spanInputs": json.dumps([{"role": "r", **said}])})[0] for form, said in forms.items()
    }
    assert len(set(found.values())) == 1, found
    assert None not in found.values()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"text": "hello", "language": "de"}, {"text": "hello", "language": "pl"}),
        (
            {"messages": [{"role": "user", "content": "hi"}], "previous_response_id": "r1"},
            {"messages": [{"role": "user", "content": "hi"}], "previous_response_id": "r2"},
        ),
        (
            {"prompt": "Translate {text}", "variables": {"text": "a"}},
            {"prompt": "Translate {text}", "variables": {"text": "b"}},
        ),
    ],
)
def test_what_tells_two_requests_apart_is_never_left_out(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = (hashes({"mlflow.spanInputs": json.dumps(said)})[0] for said in (one, other))
    assert first != second
    assert None not in (first, second)


def test_nesting_beyond_reason_has_no_hash() -> None:
    deep = '[{"type": "tool_result", "content": ' * 450 + "1" + "}]" * 450
    for nested in (deep, "[" * 900 + "]" * 900, '{"messages":' * 900 + "1" + "}" * 900):
        row = rows_of([request({"mlflow.spanInputs": nested, "lmnr.span.output": nested})], KEEP)[0]
        assert row["span_id"]


_WORDS = (
    "role", "type", "content", "parts", "text", "messages", "message", "input", "output", "name", "arguments", "args",
    "tool_calls", "function", "choices", "candidates", "generations", "system", "config", "kwargs", "event.name", "0",
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["gen_ai.choice", "tool_use"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150)
@example([{"type": ["no text"], "content": [{"type": {}, "name": [], "input": 1}]}])
@example([{"event.name": ["no text"], "role": []}, {"event.name": "gen_ai.choice", "message": 1}])
@given(_JSON)
def test_nothing_that_is_sent_can_stop_a_row(value: Any) -> None:
    sent = json.dumps(value)
    body = request({root: sent for spellings in (messages._INPUTS, messages._OUTPUTS) for (root, *_) in spellings})
    assert len(rows_of([body], KEEP)) == 1
    assert [len(rows_of([request({root: sent})], KEEP)) for root in ("events", "mlflow.spanInputs", "outputs")] == [
        1
    ] * 3


def test_settings_alone_are_no_request() -> None:
    assert hashes({"request_data": json.dumps({"model": "gpt-4o", "stream": True})}) == (None, None)


def test_embeddings_and_reranks_are_requests_too() -> None:
    texts = ["one", "two"]
    forms = (
        {"ai.values": [json.dumps(text) for text in texts]},
        {"langfuse.observation.input": json.dumps({"input": texts, "model": "m"})},
        {"embedding.embeddings.0.embedding.text": "one", "embedding.embeddings.1.embedding.text": "two"},
    )
    assert len({hashes(form)[0] for form in forms}) == 1
    rerank = {"reranker.query": "which", "reranker.input_documents.0.document.content": "one"}
    assert hashes(rerank)[0] != hashes(rerank | {"reranker.query": "what"})[0]


def test_variables_of_a_prompt_are_no_message() -> None:
    way = WAYS["indexed, OpenLLMetry"]
    assert hashes({**way, "gen_ai.prompt.variable.city": "Łódź"}) == hashes(way)


def test_blanked_out_content_has_no_hash() -> None:
    for blank in ("<REDACTED>", "<redacted>", "[REDACTED]", "{}"):
        assert hashes({"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": blank}) == (None, None)
    assert hashes({"gen_ai.request.model": "gpt-4o"}) == (None, None)


def test_the_tag_wins() -> None:
    tagged = {**WAYS["JSON in a string"], "spanledger.input.hash": "mine", "outputHash": "theirs"}
    assert hashes(tagged) == ("mine", "theirs")


def test_a_tool_s_arguments_are_what_it_was_asked() -> None:
    """As text or structured, in any order of keys; no arguments are arguments too."""
    key = "gen_ai.tool.call.arguments"
    asked, _ = hashes({key: '{"city": "Łódź", "days": 2}'})
    assert asked is not None
    assert hashes({key: '{"days":2,"city":"Łódź"}'}) == (asked, None)
    others = {hashes({key: text})[0] for text in ('{"city": "Łódź", "days": 3}', "{}", '{"text": "Łódź"}')}
    assert len(others | {asked, None}) == 5
