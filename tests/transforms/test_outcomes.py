"""One outcome record: what is taken, what is refused and in which words, and that reading it twice is the same."""

import json
import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.door.openapi import description
from transforms.outcomes import (
    FIELDS,
    OUTCOMES,
    SCHEMA,
    SOURCES,
    TRAFFIC_SOURCES,
    OutcomeError,
    Revision,
    from_text,
    read_revision,
    table,
)
from transforms.strict_json import JsonError, read_json

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
TRACE = "0af7651916cd43dd8448eb211c80319c"


def read(record: Any, **more: Any) -> Revision:
    return read_revision(record, **{"arrived_at": NOW, "source": "api", **more})


def test_a_full_record_is_kept_as_it_was_said() -> None:
    record = {
        "revision_id": "r1",
        "organization": "acme",
        "trace_id": TRACE.upper(),
        "traffic_source": "Production",
        "evaluation_name": "helpful",
        "score": 1,
        "label": "Good",
        "units": 12,
        "units_succeeded": 9,
        "source": "human",
        "judged_by": "alice",
        "judged_at": "2026-11-20T10:00:00+02:00",
        "reason": "read it",
    }
    revision = read(record)
    kept = {name: value for name, value in vars(revision).items() if value is not None}
    assert kept == record | {
        "trace_id": TRACE,
        "traffic_source": "production",
        "score": 1.0,
        "judged_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
    }
    rows = table([revision], NOW, "segment")
    assert rows.schema == SCHEMA
    assert rows.to_pylist() == [vars(revision) | {"recorded_at": NOW, "segment": "segment"}]


def test_what_is_not_said_is_filled_in() -> None:
    revision = read({"task_id": "t", "outcome": "success"}, source="file")
    assert (revision.source, revision.judged_at, revision.organization) == ("file", NOW, None)
    assert read({"task_id": "t", "outcome": "success"}, organization="acme").organization == "acme"


def test_the_same_words_are_the_same_revision_whenever_they_arrive() -> None:
    record = {"task_id": "t", "outcome": "success"}
    first, again = read(record), read(record, arrived_at=NOW + timedelta(days=3))
    assert first.revision_id == again.revision_id
    assert read({**record, "outcome": "SUCCESS", "reason": None}).revision_id == first.revision_id
    others = [
        {**record, "outcome": "failure"},
        {**record, "task_id": "u"},
        {**record, "judged_at": "2026-11-22T09:30:00Z"},
        {**record, "judged_by": "bob"},
        {"workflow_run_id": "t", "outcome": "success"},
    ]
    assert len({first.revision_id, *(read(other).revision_id for other in others)}) == 6


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (None, "expected an object with keys such as task_id and outcome, got null"),
        ([], "got list"),
        ({"task": "t"}, "'task' is no key"),
        ({"taskid": "t"}, "did you mean task_id?"),
        ({"recorded_at": "2026-11-22T09:30:00Z"}, "'recorded_at' is no key"),
        ({"outcome": "success"}, "expected exactly one of task_id, trace_id, workflow_run_id, got none"),
        ({"task_id": "t", "trace_id": TRACE, "outcome": "success"}, "got task_id and trace_id"),
        ({"task_id": "t"}, "expected outcome, or evaluation_name with score or label, got neither"),
        ({"task_id": "t", "score": 1}, "expected outcome, or evaluation_name with score or label, got score"),
        ({"task_id": "t", "evaluation_name": "e"}, "got evaluation_name"),
        ({"task_id": "t", "outcome": "success", "score": 1}, "got outcome and score; send two records"),
        ({"task_id": "t", "outcome": "passed"}, "outcome is 'passed', expected one of success, failure, unknown"),
        ({"task_id": "t", "outcome": True}, "outcome is True, expected a text that is not empty"),
        ({"task_id": " ", "outcome": "success"}, "task_id is ' ', expected a text that is not empty"),
        ({"task_id": 7, "outcome": "success"}, "task_id is 7, expected a text that is not empty"),
        ({"task_id": "t" * 1001, "outcome": "success"}, "task_id has 1001 characters, expected at most 1000"),
        ({"task_id": "\ud800", "outcome": "success"}, "task_id is '\\ud800', expected Unicode text"),
        ({"trace_id": "abc", "outcome": "success"}, "trace_id is 'abc', expected 32 hex digits that are not all 0"),
        ({"trace_id": "0" * 32, "outcome": "success"}, "expected 32 hex digits that are not all 0"),
        ({"task_id": "t", "evaluation_name": "e", "score": "1"}, "score is '1', expected a finite number"),
        ({"task_id": "t", "evaluation_name": "e", "score": math.nan}, "score is nan, expected a finite number"),
        ({"task_id": "t", "evaluation_name": "e", "score": 10**400}, "expected a finite number"),
        ({"task_id": "t", "evaluation_name": "e", "score": False}, "score is False, expected a finite number"),
        ({"task_id": "t", "outcome": "success", "units": -1}, "units is -1, expected a whole number from 0"),
        ({"task_id": "t", "outcome": "success", "units": 1.5}, "units is 1.5, expected a whole number from 0"),
        ({"task_id": "t", "outcome": "success", "units": 2**63}, "expected a whole number from 0"),
        ({"task_id": "t", "outcome": "success", "units": 1, "units_succeeded": 2}, "expected at most units (1)"),
        ({"task_id": "t", "outcome": "success", "units_succeeded": 2}, "expected at most units (None)"),
        ({"task_id": "t", "outcome": "success", "source": "oracle"}, "source is 'oracle', expected one of human, api"),
        ({"task_id": "t", "outcome": "success", "traffic_source": "prod"}, "expected one of production, eval"),
        ({"task_id": "t", "outcome": "success", "judged_at": "yesterday"}, "expected ISO 8601 such as"),
        ({"task_id": "t", "outcome": "success", "judged_at": "2026-11-20T10:00:00"}, "expected a time zone in it"),
        ({"task_id": "t", "outcome": "success", "judged_at": "0001-01-01T00:00:00+14:00"}, "expected ISO 8601"),
        ({"task_id": "t", "outcome": "success", "judged_at": "2026-11-24T10:00:00Z"}, "expected a time that has come"),
    ],
)
def test_what_cannot_be_used_is_refused_with_key_value_and_what_was_expected(record: Any, message: str) -> None:
    with pytest.raises(OutcomeError) as refused:
        read(record)
    assert message in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_sender_with_a_token_speaks_for_its_own_organization() -> None:
    record = {"task_id": "t", "outcome": "success", "organization": "beta"}
    assert read(record).organization == "beta"
    assert read(record, organization="beta").organization == "beta"
    with pytest.raises(OutcomeError, match="organization is 'beta', expected 'acme', as whose token this is sent"):
        read(record, organization="acme")


@pytest.mark.parametrize(("name", "text", "value"), [("units", "7", 7), ("score", "0.5", 0.5), ("label", "7", "7")])
def test_cells_become_what_json_would_have(name: str, text: str, value: object) -> None:
    assert from_text(name, text) == value


@pytest.mark.parametrize(("name", "kind"), [("units", "a whole number"), ("score", "a number")])
def test_a_cell_that_is_no_number_is_refused(name: str, kind: str) -> None:
    with pytest.raises(OutcomeError, match=f"{name} is 'seven', expected {kind}"):
        from_text(name, "seven")


SUBJECT = st.one_of(
    st.fixed_dictionaries({"task_id": st.text(min_size=1, max_size=9)}),
    st.fixed_dictionaries({"trace_id": st.integers(1, 2**128 - 1).map(lambda number: f"{number:032x}")}),
    st.fixed_dictionaries({"workflow_run_id": st.just("run")}),
)
VERDICT = st.one_of(
    st.fixed_dictionaries({"outcome": st.sampled_from(OUTCOMES)}),
    st.fixed_dictionaries(
        {"evaluation_name": st.just("e"), "score": st.floats(allow_nan=False, allow_infinity=False)},
        optional={"label": st.just("good")},
    ),
)
REST = st.fixed_dictionaries(
    {},
    optional={
        "traffic_source": st.sampled_from(TRAFFIC_SOURCES),
        "source": st.sampled_from(SOURCES),
        "judged_by": st.text(max_size=5),
        "judged_at": st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
        "units": st.integers(-1, 5),
        "units_succeeded": st.one_of(st.none(), st.integers(0, 5)),
        "colour": st.just("blue"),
    },
)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """Records, many of them contradicting themselves."""
    parts: list[dict[str, Any]] = [draw(SUBJECT), draw(st.one_of(SUBJECT, VERDICT)), draw(VERDICT), draw(REST)]
    return {key: value for part in parts for key, value in part.items()}


VALIDATOR = jsonschema.Draft202012Validator(
    {**description(), "$ref": "#/components/schemas/Outcome"}, format_checker=jsonschema.FormatChecker()
)


@given(records())
def test_a_record_read_from_what_is_kept_of_it_is_the_same_and_the_description_allows_what_is_taken(
    record: dict[str, Any],
) -> None:
    try:
        revision = read(record)
    except OutcomeError:
        return
    assert VALIDATOR.is_valid(record)
    kept = json.loads(json.dumps(revision.as_record()))
    assert read(kept, arrived_at=NOW + timedelta(days=1), source="file") == revision
    assert VALIDATOR.is_valid(kept)
    assert table([revision], NOW, None).to_pylist()[0] == vars(revision) | {"recorded_at": NOW, "segment": None}


@pytest.mark.parametrize(
    "record",
    [
        {"task_id": "t"},
        {"outcome": "success"},
        {"task_id": "t", "outcome": None},
        {"task_id": "t", "trace_id": TRACE, "outcome": "success"},
        {"task_id": "t", "outcome": "success", "score": 1},
        {"task_id": "t", "evaluation_name": "e"},
        {"task_id": "t", "outcome": "passed"},
        {"task_id": "t", "outcome": "success", "colour": "blue"},
        {"task_id": "", "outcome": "success"},
        {"task_id": "t", "outcome": "success", "units": -1},
    ],
)
def test_the_description_refuses_what_the_reader_refuses(record: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(record)
    with pytest.raises(OutcomeError):
        read(record)


def test_every_key_is_a_column_and_every_column_a_key() -> None:
    assert SCHEMA.names == [*FIELDS, "recorded_at", "segment"]
    assert list(Revision.__dataclass_fields__) == list(FIELDS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ('{"a": NaN}', "NaN is no number of JSON"),
        ("[" * 100_000, "nested too deeply"),
        (b'"\xff"', "it is not UTF-8"),
        ("{", "Expecting property name"),
        ("9" * 5000, "Exceeds the limit"),
    ],
)
def test_json_that_says_something_else_than_it_seems_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(JsonError, match=message):
        read_json(text)


def test_a_large_object_whose_last_key_stands_twice_is_refused_at_once() -> None:
    text = "{" + ",".join(f'"key {number}": 1' for number in range(60_000)) + ', "key 59999": 2}'
    started = time.process_time()
    with pytest.raises(JsonError, match="the key 'key 59999' stands twice"):
        read_json(text)
    assert time.process_time() - started < 5  # comparing each key with all others takes minutes
