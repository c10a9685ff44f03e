"""Codex CLI's spans, keys of parts of openai/codex: spans written by hand, not recorded."""

from typing import Any

from tests.transforms.dialects.spans import assert_read, read

GEN = "gen_ai.usage."
CALL: dict[str, Any] = {
    "model": "gpt-5-codex",
    "conversation.id": "conv-1",
    f"{GEN}input_tokens": "100",  # printed numbers
    f"{GEN}cache_read.input_tokens": 40,
    f"{GEN}cache_write.input_tokens": 7,
    f"{GEN}output_tokens": 20,
    "codex.usage.reasoning_output_tokens": 8,
    "codex.usage.total_tokens": 120,
}


def test_a_request() -> None:
    assert_read(
        read(CALL, scope="codex_core", name="handle_responses", resource={"service.name": "codex_cli_rs"}),
        dialect="codex_cli", role="request", operation="chat", response_model="gpt-5-codex", session_id="conv-1",
        input_tokens=100, cached_input_tokens=40, cache_write_tokens=7, output_tokens=20, reasoning_tokens=8,
        token_rule="inclusive: codex_cli",
    )  # fmt: skip


def test_turns_sum_what_requests_used() -> None:
    turn = {f"codex.turn.token_usage.{name}": 999 for name in ("input_tokens", "output_tokens", "cached_input_tokens")}
    for name in ("session_task.turn", "codex.turn.run"):
        assert_read(read(turn, name=name), role="container", operation="agent")


def test_the_service_tells_it() -> None:
    row = read({"model": "gpt-5-codex"}, name="handle_responses", resource={"service.name": "codex_exec"})
    assert (row["role"], row["response_model"]) == ("request", "gpt-5-codex")
    row = read({"model": "gpt-5-codex"}, name="handle_responses", resource={"service.name": "my-app"})
    assert (row["role"], row["response_model"]) == ("other", None)
