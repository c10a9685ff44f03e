"""Envoy AI Gateway, keys of envoyproxy/ai-gateway at c217da8a: spans written by hand, not recorded."""

from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

SCOPE = "envoyproxy/ai-gateway"
GEN, COUNT = "gen_ai.usage.", "llm.token_count."


@pytest.mark.parametrize(("provider", "sent", "rule"), [("anthropic", 100, "exclusive"), ("openai", 170, "inclusive")])
def test_its_gen_ai_mode_passes_anthropics_counts_on(provider: str, sent: int, rule: str) -> None:
    call: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": "m",
        "gen_ai.response.id": "msg_1",
        "gen_ai.conversation.id": "conv-1",
        f"{GEN}input_tokens": sent,
        f"{GEN}output_tokens": 12,
        f"{GEN}cache_read.input_tokens": 40,
        f"{GEN}cache_creation.input_tokens": 30,
        f"{GEN}reasoning.output_tokens": 5,
    }
    assert_read(
        read(call, scope=SCOPE), dialect="envoy_ai_gateway", role="request", operation="chat", provider=provider,
        request_model="m", response_id="msg_1", session_id="conv-1", input_tokens=170, cached_input_tokens=40,
        cache_write_tokens=30, output_tokens=12, reasoning_tokens=5, token_rule=f"{rule}: envoy_ai_gateway",
    )  # fmt: skip


def test_its_default_is_openinference() -> None:
    call = {
        "openinference.span.kind": "LLM", "llm.system": "anthropic", "llm.model_name": "m", "session.id": "s",
        f"{COUNT}prompt": 170, f"{COUNT}completion": 12, f"{COUNT}prompt_details.cache_read": 40,
    }  # fmt: skip
    assert_read(
        read(call, scope=SCOPE), dialect="openinference", role="request", operation="chat", provider="anthropic",
        response_model="m", session_id="s", input_tokens=170, cached_input_tokens=40, output_tokens=12,
        token_rule="inclusive: openinference",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "said"), [("translation", "audio"), ("image_generation", "image"), ("speech", "audio")]
)
def test_its_own_operations(operation: str, said: str) -> None:
    assert_read(read({"gen_ai.operation.name": operation}, scope=SCOPE), role="request", operation=said)
