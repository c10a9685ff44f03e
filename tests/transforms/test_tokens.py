"""Token rules, one by one: numbers from public bug reports where they exist."""

import json
from typing import Any

import pytest

from tests.transforms.build import request
from tests.transforms.comparing import rows_of

GEN = "gen_ai.usage."
READ, WRITE = f"{GEN}cache_read.input_tokens", f"{GEN}cache_creation.input_tokens"


def usage(attributes: dict[str, Any], scope: str = "some.app", version: str = "") -> dict[str, Any]:
    (row,) = rows_of([request(attributes, scope=scope, version=version)])
    return row


def counts(row: dict[str, Any]) -> tuple[int | None, ...]:
    names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    return tuple(row[name] for name in names)


def test_inclusive_cache_is_not_added_again() -> None:
    # 5 uncached + 128,955 written + 1,253 read, reported as their sum
    row = usage({f"{GEN}input_tokens": 130213, f"{GEN}output_tokens": 10, READ: 1253, WRITE: 128955})
    assert counts(row) == (130213, 1253, 128955, 10, None)


def test_cached_part_stays_a_part() -> None:
    row = usage({"llm.token_count.prompt": 17903, "llm.token_count.prompt_details.cache_read": 17817})
    assert counts(row)[:2] == (17903, 17817)
    assert row["token_rule"] == "inclusive: openinference"


def test_a_total_shows_that_input_leaves_cache_out() -> None:
    sent = {f"{GEN}input_tokens": 5000, f"{GEN}output_tokens": 100, READ: 1000, f"{GEN}total_tokens": 6100}
    row = usage(sent)
    assert (row["input_tokens"] - row["cached_input_tokens"], row["token_rule"]) == (5000, "exclusive: total")
    assert usage(sent | {f"{GEN}total_tokens": 5100})["token_rule"] == "inclusive: total"


def test_a_total_does_not_overrule_a_known_emitter() -> None:
    sent = {f"{GEN}input_tokens": 5000, f"{GEN}output_tokens": 100, READ: 1000, f"{GEN}total_tokens": 6100}
    row = usage(sent, scope="opentelemetry.instrumentation.openai_v2")
    assert (row["input_tokens"], row["token_rule"]) == (5000, "inclusive: otel_genai")


def test_a_total_that_fits_nothing_decides_nothing_and_is_said() -> None:
    row = usage({f"{GEN}input_tokens": 100, f"{GEN}output_tokens": 50, READ: 30, f"{GEN}total_tokens": 999})
    assert counts(row)[:2] == (100, 30)
    assert row["token_rule"] == "inclusive: assumed, total says otherwise"


def test_an_input_that_was_cached_whole_is_not_sent_by_all() -> None:
    sent = {f"{GEN}output_tokens": 5, READ: 900, WRITE: 100}
    row = usage(sent, scope="opentelemetry.instrumentation.botocore.bedrock-runtime")
    assert (counts(row), row["usage_fields"]) == ((1000, 900, 100, 5, None), 4)
    assert counts(usage(sent)) == (None, 900, 100, 5, None)  # others send a zero: without one the input is unknown
    stream = {f"{GEN}output_tokens": 5}
    row = usage(stream, scope="opentelemetry.instrumentation.botocore.bedrock-runtime")
    assert counts(row)[0] is None


def test_cache_above_input_proves_exclusive_whoever_sends_it() -> None:
    sent = {f"{GEN}input_tokens": 3, f"{GEN}output_tokens": 442, READ: 7917, WRITE: 350, f"{GEN}total_tokens": 8712}
    row = usage(sent, scope="opentelemetry.instrumentation.openai_v2")
    assert counts(row) == (8270, 7917, 350, 442, None)
    assert row["token_rule"] == "exclusive: cache exceeds input"


@pytest.mark.parametrize(
    ("scope", "rule", "input_tokens", "output_tokens"),
    [
        ("opentelemetry.instrumentation.botocore.bedrock-runtime", "exclusive: otel_genai", 130, 50),
        ("opentelemetry.instrumentation.bedrock", "exclusive: traceloop", 130, 50),
        ("@traceloop/instrumentation-anthropic", "exclusive: traceloop", 130, 50),
        ("opentelemetry.instrumentation.anthropic", "inclusive: traceloop", 100, 50),
        ("opentelemetry.instrumentation.vertexai", "exclusive_output: traceloop", 100, 70),
        ("openlit.instrumentation.anthropic", "exclusive: openlit", 130, 50),
        ("openlit.instrumentation.openai", "inclusive: openlit", 100, 50),
        ("com.anthropic.sdk.python", "inclusive: anthropic_sdk", 100, 50),
        ("gcp.vertex.agent", "inclusive: google_adk", 100, 50),
        ("an.app.of.its.own", "inclusive: assumed", 100, 50),
    ],
)
def test_the_emitter_decides(scope: str, rule: str, input_tokens: int, output_tokens: int) -> None:
    sent = {f"{GEN}input_tokens": 100, f"{GEN}output_tokens": 50, READ: 30, f"{GEN}reasoning.output_tokens": 20}
    row = usage(sent, scope=scope)
    assert (row["token_rule"], row["input_tokens"], row["output_tokens"]) == (rule, input_tokens, output_tokens)


def test_one_group_wins_whole() -> None:
    row = usage({"llm.token_count.prompt": 10, f"{GEN}input_tokens": 99, f"{GEN}output_tokens": 98, READ: 5})
    assert counts(row) == (10, None, None, None, None)
    assert row["dialect"] == "openinference"


def test_missing_parts_come_from_a_group_with_the_same_counts() -> None:
    openinference = {"llm.token_count.prompt": 40, "llm.token_count.completion": 8}
    gen_ai = {f"{GEN}input_tokens": 40, f"{GEN}output_tokens": 8, READ: 30, f"{GEN}reasoning.output_tokens": 2}
    assert counts(usage(openinference | gen_ai)) == (40, 30, None, 8, 2)
    assert counts(usage(openinference | gen_ai | {f"{GEN}output_tokens": 9})) == (40, None, None, 8, None)


def test_two_spellings_of_one_count_are_never_added() -> None:
    row = usage({f"{GEN}input_tokens": 500, WRITE: 100, f"{GEN}cache_write.input_tokens": 100, READ: 7})
    assert counts(row)[:3] == (500, 7, 100)


def test_bare_keys_count_where_nothing_better_stands() -> None:
    row = usage({"inputTokens": "12", "outputTokens": 7.0})
    assert (counts(row)[0], counts(row)[3], row["dialect"]) == (12, 7, "bare")
    assert counts(usage({"inputTokens": 12, f"{GEN}input_tokens": 13}))[0] == 13


def test_zero_and_absent_are_told_apart() -> None:
    row = usage({f"{GEN}input_tokens": 0, f"{GEN}output_tokens": 0})
    assert (counts(row), row["usage_fields"]) == ((0, None, None, 0, None), 2)
    row = usage({"gen_ai.request.model": "gpt-4o"})
    assert (counts(row), row["usage_fields"], row["token_rule"]) == ((None,) * 5, 0, None)


@pytest.mark.parametrize("sent", ["12", "12.0", " 12 ", 12, 12.0, "1.2e1"])
def test_numbers_are_read_however_they_are_sent(sent: Any) -> None:
    assert usage({f"{GEN}input_tokens": sent})["input_tokens"] == 12


@pytest.mark.parametrize("sent", ["twelve", 12.5, "NaN", True, [12], "1_2", 1e300, b"12"])
def test_what_is_not_a_number_is_null_and_said(sent: Any) -> None:
    row = usage({f"{GEN}input_tokens": sent, f"{GEN}output_tokens": 3})
    assert row["input_tokens"] is None
    assert row["output_tokens"] == 3
    assert row["usage_error"].startswith("gen_ai.usage.input_tokens is not a whole number")


@pytest.mark.parametrize(
    "noise",
    [
        {f"{GEN}prompt_tokens": "n/a"},  # another spelling of the same count
        {"inputTokens": "many"},  # another group
        {f"{GEN}total_tokens": "n/a"},  # no count of its own
        {f"{GEN}total_tokens": 2**62},
    ],
)
def test_a_bad_number_takes_nothing_that_a_good_one_says(noise: dict[str, Any]) -> None:
    row = usage({f"{GEN}input_tokens": 12, f"{GEN}output_tokens": 3, READ: 4} | noise)
    assert (counts(row), row["usage_error"]) == ((12, 4, None, 3, None), None)


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({f"{GEN}output_tokens": 5, f"{GEN}reasoning.output_tokens": 6}, "reasoning_tokens exceeds output_tokens"),
        ({f"{GEN}input_tokens": -5}, "input_tokens is negative"),
        ({f"{GEN}input_tokens": 2**62}, "a count is beyond 1152921504606846976"),
        (
            {f"{GEN}input_tokens": 9, WRITE: 4, "gen_ai.usage.details.ephemeral_1h_input_tokens": 5},
            "cache_write_1h_tokens exceeds cache_write_tokens",
        ),
    ],
)
def test_the_impossible_is_kept_and_said(sent: dict[str, int], error: str) -> None:
    row = usage(sent)
    assert row["usage_error"] == error
    for column, key in (("input_tokens", f"{GEN}input_tokens"), ("output_tokens", f"{GEN}output_tokens")):
        assert row[column] == sent.get(key)


def test_streams_that_openlit_counted_itself_are_estimates() -> None:
    scope = "openlit.instrumentation.openai"
    sent: dict[str, Any] = {f"{GEN}input_tokens": 5, f"{GEN}output_tokens": 5, "gen_ai.request.stream": True}
    assert usage(sent, scope=scope)["is_estimated"] is True
    assert usage(sent | {READ: 0}, scope=scope)["is_estimated"] is False
    assert usage(sent)["is_estimated"] is False
    assert usage({"gen_ai.request.stream": True}, scope=scope)["is_estimated"] is None


OPENAI = {"prompt_tokens": 50, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 30}}
ANTHROPIC = {"input_tokens": 5, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 3, "output_tokens": 2}
BEDROCK = {"inputTokens": 105, "outputTokens": 125, "cacheReadInputTokens": 1920}
GEMINI = {"promptTokenCount": 20, "candidatesTokenCount": 4, "thoughtsTokenCount": 6, "cachedContentTokenCount": 8}


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (repr(OPENAI), (50, 30, None, 9, None)),
        (json.dumps(ANTHROPIC), (48, 40, 3, 2, None)),
        (repr(BEDROCK), (2025, 1920, None, 125, None)),
        (json.dumps(GEMINI), (20, 8, None, 10, 6)),
        ("not an object", (None,) * 5),
        ("{'unfinished': ", (None,) * 5),
    ],
)
def test_raw_usage_objects_are_read_by_their_shape(printed: str, expected: tuple[int | None, ...]) -> None:
    assert counts(usage({"llm.openai.usage": printed}, scope="litellm")) == expected
