"""The parts of a conformance check: expected numbers, matching, judging, hiding."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from spanledger.conformance.expected import ExpectedError, TrueCall, read_expected
from spanledger.conformance.folder import SentSpan, read_recording
from spanledger.conformance.hiding import Hider, altered
from spanledger.conformance.judging import HIDDEN, NEVER_SENT, NOT_READ, NOT_RECORDED, SHOWN, Verdict, compare
from spanledger.conformance.measures import MEASURES
from spanledger.conformance.reading import FoundCall
from spanledger.conformance.writing import clean_headers
from tests.transforms import oracle
from tests.transforms.test_corpus import ANSWER, prompts_of


def written(folder: Path, **said: Any) -> Path:
    whole = {"library": "shop 1.0", "totals": {"calls": 2, "input_tokens": 30, "output_tokens": 3}, **said}
    (folder / "expected.json").write_text(json.dumps(whole))
    return folder


def call(span_id: str, counts: dict[str, int] | None = None, **changes: Any) -> FoundCall:
    found = FoundCall(
        span_id=span_id,
        span_ids=frozenset({span_id}),
        dialect="otel_genai",
        response_id=None,
        operation="chat",
        models=frozenset({"gpt-4o"}),
        is_error=False,
        interval_ns=None,
        is_usage_known=counts is not None,
        is_estimated=False,
        token_rule=None,
        usage_error=None,
        computed_cost_usd=None,
        reported_cost_usd=None,
        counts=counts or {},
    )
    return dataclasses.replace(found, **changes)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"totals": {"input_tokens": 1}}, "totals.calls is missing"),
        ({"totals": {"calls": 1, "input_tokens": "1"}}, 'totals.input_tokens = "1": expected a valid integer'),
        ({"totals": {"calls": -1}}, "totals.calls = -1: expected greater than or equal to 0"),
        ({"totals": {"calls": 1, "tokens": 1}}, "totals.tokens is not known; counts are input_tokens"),
        ({"library": ""}, 'library = ""'),
        ({"calls": [{"input_tokens": 30}]}, "totals.calls = 2, but 1 calls are listed that did not fail"),
        (
            {"calls": [{"input_tokens": 1}, {"input_tokens": 2}]},
            "totals.input_tokens = 30, but the calls listed add up to 3",
        ),
        ({"calls": [{"is_failed": 7}]}, "calls.1.is_failed = 7"),
        (
            {"totals": {"calls": 1, "input_tokens": 5, "cached_input_tokens": 9}},
            "totals.cached_input_tokens = 9 is more than its whole, totals.input_tokens = 5",
        ),
    ],
)
def test_wrong_expected_numbers_are_named_by_file_and_key(tmp_path: Path, said: dict[str, Any], message: str) -> None:
    with pytest.raises(ExpectedError) as raised:
        read_expected(written(tmp_path, **said))
    assert message in str(raised.value)
    assert str(tmp_path / "expected.json") in str(raised.value)


def test_expected_numbers_are_in_one_file(tmp_path: Path) -> None:
    with pytest.raises(ExpectedError, match="neither is there"):
        read_expected(tmp_path)
    written(tmp_path)
    (tmp_path / "expected.toml").write_text('library = "other"')
    with pytest.raises(ExpectedError, match="both are there"):
        read_expected(tmp_path)


def test_totals_short_of_the_truth_are_unknown_only_where_a_call_says_nothing(tmp_path: Path) -> None:
    expected = read_expected(written(tmp_path))
    whole, half, silent = {"input_tokens": 20, "output_tokens": 2}, {"input_tokens": 10, "output_tokens": 1}, call("c")
    exact = compare(expected, [call("a", whole), call("b", half)], {})
    assert [figure.verdict for figure in exact.figures] == [Verdict.EXACT] * 3
    partly = compare(expected, [call("a", whole), silent], {})
    assert [figure.verdict for figure in partly.figures] == [Verdict.EXACT, Verdict.PARTLY, Verdict.PARTLY]
    assert not partly.differences
    twice = compare(expected, [call("a", whole), call("b", half), call("d", whole)], {})
    assert twice.differences == (
        "calls is 3, expected 2 (+1)",
        "input_tokens is 50, expected 30 (+20)",
        "output_tokens is 5, expected 3 (+2)",
    )
    short = compare(expected, [call("a", half), call("b", half)], {})
    assert short.differences[0] == "input_tokens is 20, expected 30 (-10)"


def judged(true: TrueCall, *found: FoundCall, sent: dict[str, SentSpan] | None = None) -> Any:
    expected = read_expected(oracle.CORPUS / "google-adk")
    billed = 0 if true.counts is None else 1
    return compare(dataclasses.replace(expected, calls=(true,), billed_calls=billed), found, sent or {})


TRUE = TrueCall("1", {"input_tokens": 50, "output_tokens": 7, "cached_input_tokens": 32}, response_id="chatcmpl-1")


def test_each_reason_comes_from_the_evidence() -> None:
    whole = {"input_tokens": 50, "output_tokens": 7}
    silent = judged(TRUE, call("a", whole, response_id="chatcmpl-1"))
    assert [one.words for one in silent.figure("cached_input_tokens").reasons] == [NOT_RECORDED]
    text = {"a": SentSpan("shop", "1", "output.value: {'cached_tokens': 32}")}
    unread = judged(TRUE, call("a", whole, response_id="chatcmpl-1"), sent=text)
    assert [one.words for one in unread.figure("cached_input_tokens").reasons] == [NOT_READ]
    never = judged(dataclasses.replace(TRUE, is_delivered=False), call("a", None, response_id="chatcmpl-1"))
    assert [one.words for one in never.figure("input_tokens").reasons] == [NEVER_SENT]
    made_up = call("a", {**whole, "input_tokens": 48}, response_id="chatcmpl-1", is_estimated=True)
    assert judged(TRUE, made_up).figure("input_tokens").verdict is Verdict.UNKNOWN
    assert not judged(TRUE, made_up).differences


def test_a_call_too_many_and_a_usage_that_a_span_carries_but_no_call_shows_are_differences() -> None:
    whole = dict(TRUE.counts or {})
    doubled = judged(TRUE, call("a", whole, response_id="chatcmpl-1"), call("b", whole))
    assert len(doubled.differences) == 1
    assert "a call that nobody was billed for: span b" in doubled.differences[0]
    lost = judged(dataclasses.replace(TRUE, is_carried=True), call("a", None, response_id="chatcmpl-1"))
    assert "1: input_tokens is None, expected 50 (-50)" in lost.differences


def test_failed_attempts_are_shown_hidden_or_nowhere() -> None:
    failed = TrueCall("1", None, models=frozenset({"gpt-4o"}), interval_ns=(10**9, 2 * 10**9))
    around = (0, 3 * 10**9)
    assert judged(failed, call("a", None, is_error=True, interval_ns=around)).failed == {SHOWN: 1}
    assert judged(failed, call("a", {"input_tokens": 1, "output_tokens": 1}, interval_ns=around)).failed == {HIDDEN: 1}
    assert judged(failed).failed.total() == 1


@pytest.mark.parametrize("name", oracle.recordings())
def test_hiding_changes_no_number_and_leaves_no_text(name: str) -> None:
    bodies, hider = read_recording(oracle.CORPUS / name).bodies, Hider(b"a key for tests")
    hidden = [
        dataclasses.replace(body, is_json=False, content=hider.hide(body)[0].SerializeToString()) for body in bodies
    ]
    assert not altered(bodies, hidden)
    texts = [prompt for prompt in prompts_of(name) if len(prompt) > 6] + [ANSWER]
    shown = repr([body.message() for body in hidden])
    assert not [text for text in texts if text in shown]


def test_hiding_that_would_change_a_number_is_seen() -> None:
    (body, *_) = read_recording(oracle.CORPUS / "otel-genai-openai-google").bodies
    message: Any = body.message()
    attributes = [item for span in message.resource_spans[0].scope_spans[0].spans for item in span.attributes]
    next(item for item in attributes if item.key == "gen_ai.usage.input_tokens").value.int_value += 1
    changes = altered([body], [dataclasses.replace(body, content=message.SerializeToString())])
    assert len(changes) == 1
    assert "input_tokens 113 becomes 114" in changes[0]


def test_headers_lose_their_credentials() -> None:
    headers = {"authorization": "Bearer abc", "x-api-key": "abc", "user-agent": "me", "x-session-token": "abc"}
    cleaned = clean_headers(headers)
    assert "abc" not in str(cleaned)
    assert cleaned["authorization"] == "Bearer <redacted>"
    assert cleaned["user-agent"] == "me"


def test_measures_are_parts_of_calls() -> None:
    expected = read_expected(oracle.CORPUS / "traceloop")
    assert set(expected.totals) == set(MEASURES)
    assert expected.billed_calls == 18
    assert expected.failed_attempts == 3
