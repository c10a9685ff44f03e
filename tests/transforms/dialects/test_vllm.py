"""vLLM's server spans, keys of vllm/tracing at 0bf3270f: spans written by hand, not recorded."""

from typing import Any

from tests.transforms.dialects.spans import assert_read, read

CALL: dict[str, Any] = {
    "gen_ai.usage.prompt_tokens": 100,
    "gen_ai.usage.completion_tokens": 20,
    "gen_ai.usage.cached_tokens": 40,
    "gen_ai.usage.num_sequences": 1,
    "gen_ai.response.model": "meta-llama/Llama-3.3-70B-Instruct",
    "gen_ai.response.finish_reasons": "stop",
    "gen_ai.request.id": "cmpl-1",
    "gen_ai.latency.time_to_first_token": 0.31,
}


def test_the_server_saw_a_call() -> None:
    for name in ("llm_request", "another name"):
        assert_read(
            read(CALL, scope="vllm.llm_engine", name=name), dialect="vllm", role="request", operation="chat",
            response_model="meta-llama/Llama-3.3-70B-Instruct", response_id="cmpl-1", finish_reason="stop",
            input_tokens=100, cached_input_tokens=40, output_tokens=20, token_rule="inclusive: vllm",
        )  # fmt: skip


def test_its_id_means_nothing_elsewhere() -> None:
    assert read({"gen_ai.request.id": "r-1"}, scope="somebody.else")["response_id"] is None
