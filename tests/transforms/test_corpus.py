"""Every recording of a real instrumentation: nothing lost, nothing leaked, the right tokens."""

import re
from typing import Any

import pytest

from tests.transforms import oracle
from tests.transforms.comparing import HIDE, assert_lossless, rows_of
from transforms import lossless
from transforms.columns import CANONICAL
from transforms.content import is_content
from transforms.typed import Hashed

ANSWER = "The weather in Lisbon"


@pytest.mark.parametrize("recording", oracle.recordings())
def test_every_attribute_comes_back(recording: str) -> None:
    bodies = list(oracle.bodies_of(recording).values())
    spans = list(oracle.sent(bodies))
    rows = rows_of(bodies)
    assert spans
    assert len(rows) == len(spans)
    for row, span in zip(rows, spans, strict=True):
        assert_lossless(row, span)


def prompts_of(recording: str) -> set[str]:
    """What the recording's program said to the models, found in its source and in the telemetry of all others.

    Every prompt of the recordings carries a marker in double brackets that steers the stub provider.
    """
    folder = oracle.CORPUS / recording
    source = "".join(path.read_text() for path in folder.glob("script.*"))
    return set(re.findall(r"\[\[[^\[\]]+\]\]", source)) | {"[[s:", ANSWER}


@pytest.mark.parametrize("recording", oracle.recordings())
def test_no_content_is_stored_when_off(recording: str) -> None:
    bodies = list(oracle.bodies_of(recording).values())
    prompts = prompts_of(recording)
    shown = repr(rows_of(bodies)).replace("\\\\", "")
    hidden = repr(rows_of(bodies, HIDE))
    leaks = [prompt for prompt in prompts if prompt in hidden]
    assert not leaks, [hidden[max(0, hidden.index(leak) - 300) :][:400] for leak in leaks]
    if any(prompt in body.decode("latin-1") for body in bodies for prompt in prompts):
        assert any(prompt in shown for prompt in prompts)  # the search can find what it looks for
        assert "hmac-sha256:" in hidden


@pytest.mark.parametrize("recording", oracle.recordings())
def test_switching_content_off_changes_no_column(recording: str) -> None:
    bodies = list(oracle.bodies_of(recording).values())
    for shown, hidden in zip(rows_of(bodies), rows_of(bodies, HIDE), strict=True):
        for column in CANONICAL:
            assert shown[column] == hidden[column], column
        before, after = lossless.attributes_of(shown), lossless.attributes_of(hidden)
        assert before.keys() == after.keys()
        for key, value in after.items():
            assert isinstance(value, Hashed) if is_content(key) and before[key] is not None else value == before[key]


COVERED = {
    "input_tokens": "input_total",
    "output_tokens": "output_total",
    "cached_input_tokens": "cache_read",
    "cache_write_tokens": "cache_write",
    "reasoning_tokens": "reasoning",
}


def is_call(row: dict[str, Any], call: dict[str, Any]) -> bool:
    """Are the row's counts those of the call? What the library left out may be missing; nothing may differ."""
    said = {column: row[column] for column in COVERED}
    billed = {column: call["usage"][truth] for column, truth in COVERED.items()}
    if said["input_tokens"] is None or (said["output_tokens"] is None and billed["output_tokens"]):
        return False
    return all(said[column] in (None, billed[column]) for column in COVERED)


@pytest.mark.parametrize("recording", oracle.recordings())
def test_tokens_are_what_the_provider_billed(recording: str) -> None:
    """expected.json lists, by equal values, the spans that carry a call's usage; values can meet by chance, so a
    span may be listed under several calls and has to be one of them."""
    calls = oracle.billed_calls(recording)
    rows = {row["span_id"].hex(): row for body in oracle.bodies_of(recording).values() for row in rows_of([body])}
    listed = [(rows[place["span_id"]], call) for call in calls for place in call.get("spans_carrying_this_usage", ())]
    for row, _ in listed:
        mine = [call for other, call in listed if other is row]
        assert any(is_call(row, call) for call in mine), ({column: row[column] for column in COVERED}, mine)
    for _, call in listed:
        assert any(is_call(row, call) for row, other in listed if other is call), call
    assert not [row["usage_error"] for row in rows.values() if row["usage_error"]]
