"""Which keys hold content, and that its hashes tell equal from different and nothing else."""

import json

import pytest

from tests.transforms.build import any_value, request
from tests.transforms.comparing import HIDE, rows_of
from transforms import lossless
from transforms.content import is_content, is_event_content
from transforms.normalise import NormaliseOptions, Request, normalise
from transforms.typed import Hashed

CONTENT = [
    "gen_ai.prompt", "gen_ai.prompt.0.content", "gen_ai.completion.12.tool_calls.0.arguments", "gen_ai.input.messages",
    "gen_ai.system_instructions", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "llm.prompts",
    "llm.input_messages.0.message.content", "llm.output_messages", "input.value", "output.value",
    "traceloop.entity.input", "traceloop.entity.output", "gcp.vertex.agent.llm_request", "llm.anthropic.messages",
    "retrieval.documents.0.document.content", "embedding.embeddings.0.embedding.text", "tool.parameters",
    "retrieval.document", "braintrust.input_json", "mastra.agent_run.output", "genkit:output", "lk.pii.chat_ctx",
    "lk.user_transcript", "llm.messages", "agent.messages", "inputs", "output", "request_data", "response_data",
    "gen_ai.prompt.variable.name", "gen_ai.memory.records",
]  # fmt: skip
NOT_CONTENT = [
    "gen_ai.prompt.name", "gen_ai.prompt.version", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
    "exception.message", "exception.stacktrace", "gen_ai.request.model", "input.mime_type", "llm.openai.usage",
    "gen_ai.tool.name", "gen_ai.tool.definitions",
    "gen_ai.completion.0.finish_reason", "gen_ai.prompt.0.role",
    "llm.cost.prompt", "llm.request.type",
    "llm.usage.prompt_tokens", "llm.model_name", "prompt.id", "llm.prompt_template.version",
    "genkit:name", "genkit:path", "mastra.span.type", "lk.pii.room_name", "lk.function_tool.name", "braintrust.metrics",
]  # fmt: skip


@pytest.mark.parametrize("key", CONTENT)
def test_content(key: str) -> None:
    assert is_content(key)


@pytest.mark.parametrize("key", NOT_CONTENT)
def test_not_content(key: str) -> None:
    assert not is_content(key)


def test_message_events_hold_content_under_any_key() -> None:
    assert is_event_content("gen_ai.user.message", "content")
    assert is_event_content("gen_ai.choice", "message")
    assert not is_event_content("gen_ai.choice", "finish_reason")
    assert not is_event_content("exception", "exception.message")


def test_hidden_values_keep_their_key_and_lose_their_text() -> None:
    sent = {"input.value": "secret words", "gen_ai.prompt": ["secret", 1], "llm.prompts": None, "plain": "kept"}
    (row,) = rows_of([request(sent)], HIDE)
    assert "secret" not in json.dumps(row, default=str)
    found = lossless.attributes_of(row)
    assert (found["plain"], found["llm.prompts"]) == ("kept", None)
    for key in ("input.value", "gen_ai.prompt"):
        assert isinstance(found[key], Hashed)
        assert found[key].digest.startswith("hmac-sha256:")
        assert len(found[key].digest) == len("hmac-sha256:") + 64


def test_hashes_depend_on_text_and_key_only() -> None:
    def digest(text: str, hash_key: bytes) -> str:
        options = NormaliseOptions(store_content=False, hash_key=hash_key)
        table = normalise([Request(request({"input.value": text}), 1, None, "s")], options)
        return str(lossless.attributes_of(table.to_pylist()[0])["input.value"].digest)

    assert digest("a", b"k") == digest("a", b"k")
    assert digest("a", b"k") != digest("b", b"k")
    assert digest("a", b"k") != digest("a", b"other")


def test_repeated_content_and_events_are_hidden_too() -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    message = ExportTraceServiceRequest()
    scope_spans = message.resource_spans.add().scope_spans.add()
    span = scope_spans.spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    for value in ("secret one", "secret two"):
        span.attributes.add(key="input.value", value=any_value(value))
    span.events.add(name="gen_ai.user.message").attributes.add(key="content", value=any_value("secret three"))
    span.links.add().attributes.add(key="output.value", value=any_value("secret four"))
    message.resource_spans[0].resource.attributes.add(key="gen_ai.prompt", value=any_value("secret five"))
    scope_spans.scope.attributes.add(key="gen_ai.prompt", value=any_value("secret six"))
    (row,) = rows_of([message.SerializeToString()], HIDE)
    assert "secret" not in json.dumps(row, default=str)
    assert isinstance(lossless.events_of(row)[0]["attributes"]["content"], Hashed)
