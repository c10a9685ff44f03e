"""Vercel AI SDK 4 to 6: spans written by hand from the keys of ai 6.0.326, not recorded."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "operation.name": "ai.generateText.doGenerate summarise",
    "ai.operationId": "ai.generateText.doGenerate",
    "ai.telemetry.functionId": "summarise",
    "ai.telemetry.metadata.userId": "user-17",
    "ai.telemetry.metadata.sessionId": "sess-42",
    "ai.model.id": "claude-sonnet-4-5",
    "ai.model.provider": "anthropic.messages",
    "ai.settings.maxRetries": 2,
    "ai.response.id": "msg_1",
    "ai.response.model": "claude-sonnet-4-5-20250929",
    "ai.response.finishReason": "tool-calls",
    "gen_ai.system": "anthropic.messages",
    "gen_ai.request.model": "claude-sonnet-4-5",
    "gen_ai.response.finish_reasons": ["tool-calls"],
}
SAYS: dict[str, Any] = {
    "dialect": "vercel_ai",
    "role": "request",
    "operation": "chat",
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "response_model": "claude-sonnet-4-5-20250929",
    "response_id": "msg_1",
    "finish_reason": "tool-calls",
    "session_id": "sess-42",
    "user_id": "user-17",
    "feature": "summarise",
    "attempt": None,
}
ANTHROPIC = {
    "anthropic": {
        "usage": {
            "input_tokens": 100,
            "cache_read_input_tokens": 40,
            "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
            "output_tokens": 12,
            "service_tier": "priority",
        }
    }
}


def counted(input_tokens: int, output_tokens: int, **more: int) -> dict[str, int]:
    return {
        "ai.usage.inputTokens": input_tokens,
        "ai.usage.outputTokens": output_tokens,
        "ai.usage.totalTokens": input_tokens + output_tokens,
        "gen_ai.usage.input_tokens": input_tokens,
        "gen_ai.usage.output_tokens": output_tokens,
        **{f"ai.usage.{key.replace('__', '.')}": value for key, value in more.items()},
    }


def test_version_6_names_the_cache_that_its_input_holds() -> None:
    usage = counted(
        170, 12, inputTokenDetails__noCacheTokens=100, inputTokenDetails__cacheReadTokens=40,
        inputTokenDetails__cacheWriteTokens=30, outputTokenDetails__reasoningTokens=5,
        cachedInputTokens=40, reasoningTokens=5,
    )  # fmt: skip
    assert_read(
        read(CALL | usage, scope="ai"), **SAYS, input_tokens=170, cached_input_tokens=40, cache_write_tokens=30,
        output_tokens=12, reasoning_tokens=5, token_rule="inclusive: ai.usage.inputTokenDetails",
    )  # fmt: skip


@pytest.mark.parametrize("reported", [100, 170])  # uncached as version 5's adapter says it, and whole
def test_the_providers_own_object_decides_what_input_holds(reported: int) -> None:
    metadata = {"ai.response.providerMetadata": json.dumps(ANTHROPIC)}
    assert_read(
        read(CALL | counted(reported, 12, cachedInputTokens=40) | metadata, scope="ai"), **SAYS,
        input_tokens=170, cached_input_tokens=40, cache_write_tokens=30, cache_write_1h_tokens=10, output_tokens=12,
        token_rule="inclusive: ai.response.providerMetadata", service_tier="priority",
    )  # fmt: skip


def test_version_5_passes_anthropics_uncached_input_on() -> None:
    row = read(CALL | counted(100, 12, cachedInputTokens=40), scope="ai")
    assert_read(
        row, **SAYS, input_tokens=140, cached_input_tokens=40, output_tokens=12, token_rule="exclusive: vercel_ai"
    )
    openai = {"ai.model.provider": "openai.responses", "gen_ai.system": "openai.responses"}
    row = read(CALL | openai | counted(100, 12, cachedInputTokens=40, reasoningTokens=8), scope="ai")
    assert_read(
        row, **SAYS | {"provider": "openai"}, input_tokens=100, cached_input_tokens=40, output_tokens=12,
        reasoning_tokens=8, token_rule="inclusive: vercel_ai",
    )  # fmt: skip


def test_what_was_cut_off_costs_its_parts_and_nothing_else() -> None:
    cut = {"ai.response.providerMetadata": json.dumps(ANTHROPIC)[:80]}
    row = read(CALL | counted(10, 2) | cut, scope="ai")
    assert_read(row, **SAYS, input_tokens=10, output_tokens=2, token_rule="exclusive: vercel_ai")


def test_bedrocks_object_without_totals_fills_parts() -> None:
    metadata = {"bedrock": {"usage": {"cacheReadInputTokens": 50, "cacheWriteInputTokens": 7}}}
    bedrock = {"ai.model.provider": "amazon-bedrock", "ai.response.providerMetadata": json.dumps(metadata)}
    row = read(CALL | bedrock | counted(100, 12), scope="ai")
    assert_read(
        row, **SAYS | {"provider": "aws.bedrock"}, input_tokens=157, cached_input_tokens=50, cache_write_tokens=7,
        output_tokens=12, token_rule="exclusive: vercel_ai",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("metadata", "cost"),
    [
        ({"openrouter": {"usage": {"promptTokens": 10, "completionTokens": 2, "cost": 0.0123}}}, Decimal("0.0123")),
        ({"gateway": {"cost": "0.5"}, "anthropic": {}}, Decimal("0.5")),
    ],
)
def test_who_bills_says_the_cost(metadata: dict[str, Any], cost: Decimal) -> None:
    row = read(CALL | counted(10, 2) | {"ai.response.providerMetadata": json.dumps(metadata)}, scope="ai")
    assert (row["reported_cost_usd"], row["reported_cost_kind"]) == (cost, "provider")
    row = read(
        CALL | {"ai.response.providerMetadata": json.dumps(metadata), "spanledger.cost_usd": 3.0}, scope="ai"
    )  # the application's own figure is not the provider's because another attribute is
    assert (row["reported_cost_usd"], row["reported_cost_kind"]) == (Decimal(3), "client")


@pytest.mark.parametrize(
    ("operation", "role", "name"),
    [
        ("ai.generateText", "container", "chain"),
        ("ai.streamText", "container", "chain"),
        ("ai.streamText.doStream", "request", "chat"),
        ("ai.streamObject", "container", "chain"),
        ("ai.generateObject.doGenerate", "request", "chat"),
        ("ai.embedMany", "container", "chain"),
        ("ai.embedMany.doEmbed", "request", "embeddings"),
        ("ai.toolCall", "tool", "tool"),
        ("ai.rerank", "request", "rerank"),
        ("ai.generateSpeech", "request", "audio"),
    ],
)
def test_only_the_inner_spans_ask_a_provider(operation: str, role: str, name: str) -> None:
    row = read({"ai.operationId": operation} | counted(10, 2), scope="ai")
    assert (row["role"], row["operation"], row["input_tokens"]) == (role, name, 10)


def test_old_and_embedding_spellings() -> None:
    row = read(
        {"ai.operationId": "ai.generateObject.doGenerate", "ai.usage.promptTokens": 7, "ai.usage.completionTokens": 3}
    )
    assert (row["input_tokens"], row["output_tokens"]) == (7, 3)
    row = read({"ai.operationId": "ai.embed.doEmbed", "ai.usage.tokens": 9, "ai.value": "secret text"})
    assert (row["input_tokens"], row["output_tokens"]) == (9, None)
    assert "secret text" not in str(row)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("google.generative-ai", "gcp.gemini"),
        ("google.vertex.chat", "gcp.vertex_ai"),
        ("azure-openai.chat", "azure.ai.openai"),
        ("xai.chat", "x_ai"),
        ("mistral.chat", "mistral_ai"),
    ],
)
def test_providers(sent: str, expected: str) -> None:
    assert read({"ai.model.provider": sent})["provider"] == expected
