"""opencode's observer plugin, keys of its trace schema: spans written by hand, not recorded."""

from decimal import Decimal
from typing import Any

from tests.transforms.dialects.spans import assert_read, read

SCOPE = "opencode-observer"
COUNTS: dict[str, Any] = {
    "gen_ai.usage.input_tokens": 130,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.reasoning.output_tokens": 8,
    "gen_ai.usage.cache_read.input_tokens": 20,
    "gen_ai.usage.cache_write.input_tokens": 10,
}
CALL: dict[str, Any] = COUNTS | {
    "gen_ai.operation.name": "chat",
    "opencode.provider.id": "amazon-bedrock",
    "gen_ai.request.model": "m",
    "opencode.llm.cost.total": 0.0042,
    "opencode.llm.retry_count": 2,
    "opencode.agent.type": "primary",
    "session.id": "ses_1",
}
SAYS: dict[str, Any] = {
    "dialect": "opencode",
    "input_tokens": 130,
    "cached_input_tokens": 20,
    "cache_write_tokens": 10,
    "output_tokens": 20,
    "reasoning_tokens": 8,
    "token_rule": "inclusive: opencode",
}


def test_a_call_whose_retries_are_no_attempt_number() -> None:
    assert_read(
        read(CALL, scope=SCOPE, name="opencode.llm"), role="request", operation="chat", provider="aws.bedrock",
        request_model="m", reported_cost_usd=Decimal("0.0042"), reported_cost_kind="client", agent_name="primary",
        session_id="ses_1", attempt=None, feature=None, **SAYS,
    )  # fmt: skip


def test_a_compaction_repeats_its_summary_and_is_overhead() -> None:
    outer = COUNTS | {"opencode.compaction.id": "msg_1", "opencode.compaction.auto": True}
    row = read(outer, scope=SCOPE, name="mine.compaction")
    assert_read(row, role="container", operation="compaction", feature="overhead", **SAYS)
    inner = read(CALL | {"opencode.compaction.id": "msg_1"}, scope=SCOPE)
    assert (inner["role"], inner["feature"]) == ("request", "overhead")
