"""LiteLLM v2: spans written by hand from the keys of litellm 1.109.1, not recorded (v1 is)."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "bedrock",
    "gen_ai.request.model": "claude",
    "gen_ai.response.model": "claude-sonnet-4-5-20250929",
    "gen_ai.usage.input_tokens": 170,
    "gen_ai.usage.output_tokens": 12,
    "gen_ai.usage.cache_read.input_tokens": 40,
    "gen_ai.usage.cache_creation.input_tokens": 30,
    "litellm.call_id": "call-1",
    "litellm.call_type": "acompletion",
    "litellm.cost.input": 0.001,
    "litellm.cost.total": 0.0031,
    "litellm.cost.original": 0.003,
    "litellm.team.alias": "search",
    "litellm.team.id": "t-1",
    "litellm.end_user.id": "user-17",
    "litellm.request.streaming": True,
}
SAYS: dict[str, Any] = {
    "dialect": "litellm",
    "role": "request",
    "operation": "chat",
    "provider": "aws.bedrock",
    "request_model": "claude",
    "response_model": "claude-sonnet-4-5-20250929",
    "input_tokens": 170,
    "cached_input_tokens": 40,
    "cache_write_tokens": 30,
    "output_tokens": 12,
    "token_rule": "inclusive: litellm",
    "reported_cost_usd": Decimal("0.0031"),
    "reported_cost_kind": "client",
    "team": "search",
    "user_id": "user-17",
    "is_stream": True,
}


def test_a_call() -> None:
    assert_read(read(CALL, scope="litellm"), **SAYS, response_id="call-1", is_cache_hit=None)
    named = {"gen_ai.response.id": "msg_1", "litellm.cache_hit": True}
    assert_read(read(CALL | named, scope="litellm"), **SAYS, response_id="msg_1", is_cache_hit=True)


@pytest.mark.parametrize(
    ("name", "attributes", "role", "operation"),
    [
        ("Received Proxy Server Request", {"gen_ai.operation.name": "chat"}, "container", "workflow"),
        ("raw_gen_ai_request", {}, "request", "chat"),
        ("redis", {"litellm.service.name": "redis"}, "other", "infrastructure"),
        ("call", {"litellm.call_type": "completion"}, "request", "chat"),
        ("call", {"litellm.call_type": "aembedding"}, "request", "embeddings"),
    ],
)
def test_what_is_a_request(name: str, attributes: dict[str, Any], role: str, operation: str) -> None:
    row = read(attributes, scope="litellm", name=name)
    assert (row["role"], row["operation"]) == (role, operation)


def test_costs_stand_in_several_places() -> None:
    hidden = {"hidden_params": json.dumps({"response_cost": 0.5, "model_id": None})}
    assert read(hidden)["reported_cost_usd"] == Decimal("0.5")
    assert read(hidden | {"gen_ai.cost.total_cost": 0.25})["reported_cost_usd"] == Decimal("0.25")
    assert read({"litellm.cost.guardrail": 0.125}, scope="litellm")["reported_cost_usd"] == Decimal("0.125")


def test_a_failed_attempt_names_its_provider() -> None:
    row = read({"litellm.provider.error.code": "429", "litellm.provider.error.llm_provider": "azure"}, scope="litellm")
    assert (row["error_type"], row["provider"]) == ("429", "azure.ai.openai")


def test_a_teams_metadata_may_name_its_cost_center() -> None:
    row = read({"litellm.team.metadata": '{"cost_center": "cc-9", "tags": ["a"]}', "metadata.user_api_key_org_id": "o"})
    assert row["cost_center"] == "cc-9"
    assert read({"litellm.team.metadata": "{}", "metadata.user_api_key_org_id": "o"})["cost_center"] == "o"
