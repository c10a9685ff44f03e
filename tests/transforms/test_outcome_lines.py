"""Files of outcomes: every form is told by its keys, and each wrong line is named with its key, losing no good one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from transforms.outcome_lines import OutcomeFileError, Reader, Reading

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TRACE = "0af7651916cd43dd8448eb211c80319c"
SCORE: dict[str, Any] = {
    "id": "score-1",
    "traceId": TRACE,
    "observationId": None,
    "name": "correctness",
    "value": 0.9,
    "stringValue": None,
    "dataType": "NUMERIC",
    "source": "EVAL",
    "comment": "the answer was 'forty-two'",
    "timestamp": "2026-11-20T10:00:00.123Z",
    "createdAt": "2026-11-20T10:00:01.000Z",
    "updatedAt": "2026-11-20T10:00:02.000Z",
    "authorUserId": None,
    "environment": "default",
    "metadata": {},
}
ASSESSMENT: dict[str, Any] = {
    "assessment_id": "a-1",
    "assessment_name": "relevance",
    "trace_id": f"tr-{TRACE}",
    "source": {"source_type": "LLM_JUDGE", "source_id": "gpt-4o"},
    "create_time": "2026-11-20T10:00:00.123Z",
    "last_update_time": "2026-11-20T10:00:02.500Z",
    "feedback": {"value": "yes"},
    "rationale": "the answer was 'forty-two'",
    "valid": True,
}


def read(text: str | bytes, name: str, **more: Any) -> Reading:
    return Reader(NOW, **more).read(text.encode() if isinstance(text, str) else text, name)


def one(said: Any, **more: Any) -> dict[str, Any]:
    """What the one revision of a JSON file says, without what it does not."""
    reading = read(json.dumps(said), "x.json", **more)
    assert (reading.errors, len(reading.revisions)) == ([], 1)
    return {name: value for name, value in vars(reading.revisions[0]).items() if value is not None}


def test_a_table_of_our_own_keys() -> None:
    reading = read(
        "\ufefftask_id,outcome,evaluation_name,score,units,units_succeeded,source,judged_at\n"
        "a,success,,,3,2,human,2026-11-20T10:00:00Z\n"
        "\n"
        ' b ,,quality,0.5,,,,"2026-11-20 10:00:00+01:00"\n',
        "x.CSV",
    )
    assert (reading.form, reading.errors) == ("SpanLedger", [])
    first, second = reading.revisions
    assert (first.task_id, first.outcome, first.units, first.units_succeeded, first.source) == (
        "a",
        "success",
        3,
        2,
        "human",
    )
    assert (second.task_id, second.evaluation_name, second.score, second.source) == ("b", "quality", 0.5, "file")
    assert second.judged_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_wrong_lines_are_named_and_lose_no_other() -> None:
    reading = read(
        'task_id,outcome,units\na,success,1\nb,sucess,\nc,failure,many\nd,success\n,success,1\ne,"fail\nure",1\nf,failure,\n',
        "v.csv",
    )
    assert [revision.task_id for revision in reading.revisions] == ["a", "f"]
    assert reading.errors == [
        "v.csv:3: outcome is 'sucess', expected one of success, failure, unknown; did you mean success?",
        "v.csv:4: units is 'many', expected a whole number",
        "v.csv:5: the row has 2 cells, expected 3; a value with a comma needs quotes",
        "v.csv:6: expected exactly one of task_id, trace_id, workflow_run_id, got none",
        "v.csv:8: outcome is 'fail\\nure', expected one of success, failure, unknown; did you mean failure?",
    ]


def test_an_open_quote_loses_what_is_behind_it_and_says_so() -> None:
    reading = read('task_id,outcome\na,success\n"b,success\nc,success\n', "v.csv")
    assert [revision.task_id for revision in reading.revisions] == ["a"]
    assert reading.errors == ["v.csv:4: not CSV: unexpected end of data; nothing behind it was read"]


@pytest.mark.parametrize("name", ["v.jsonl", "v.ndjson"])
def test_json_lines(name: str) -> None:
    lines = [
        '{"task_id": "a", "outcome": "success"}',
        "",
        "{",
        "7",
        '{"task_id": "b", "outcome": "failure"}\r',
        '{"x": 1}',
    ]
    reading = read("\n".join(lines), name)
    assert [revision.task_id for revision in reading.revisions] == ["a", "b"]
    assert [error.partition(": ")[0] for error in reading.errors] == [f"{name}:3", f"{name}:4", f"{name}:6"]
    assert "not JSON: Expecting property name" in reading.errors[0]
    assert "expected an object, got int" in reading.errors[1]
    assert "'x' is no key" in reading.errors[2]


@pytest.mark.parametrize(
    "wrap", [lambda rows: rows, lambda rows: {"outcomes": rows}, lambda rows: {"data": rows, "meta": {}}]
)
def test_a_json_file_holds_a_list_or_wraps_one(wrap: Any) -> None:
    reading = read(json.dumps(wrap([{"task_id": "a", "outcome": "success"}, {"task_id": "b"}])), "v.json")
    assert [revision.task_id for revision in reading.revisions] == ["a"]
    assert reading.errors == ["v.json, record 2: expected outcome, or evaluation_name with score or label, got neither"]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("task,outcome\na,success\n", "v.csv", "v.csv:1: no such column 'task'; did you mean task_id[?]; there are"),
        ("task_id,outcome,outcome\n", "v.csv", "v.csv:1: column 'outcome' stands twice"),
        ("{", "v.json", "v.json: not JSON: .*; one object a line belongs in a .jsonl file"),
        ("", "v.txt", "v.txt: expected a file that ends in .csv, .jsonl, .ndjson, .json"),
        (b"\xff", "v.csv", r"v.csv: not text in UTF-8 \(byte 0\)"),
        ('"a', "v.csv", "v.csv:1: not CSV"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused(text: str | bytes, name: str, message: str) -> None:
    with pytest.raises(OutcomeFileError, match=message):
        read(text, name)


def test_the_source_and_organization_of_the_command_hold_for_every_line() -> None:
    text = '{"task_id": "a", "outcome": "success"}\n{"task_id": "b", "outcome": "success", "organization": "beta"}'
    reading = read(text, "v.jsonl", organization="acme", source="api")
    assert [(revision.organization, revision.source) for revision in reading.revisions] == [("acme", "api")]
    assert "organization is 'beta', expected 'acme'" in reading.errors[0]


def test_scores_of_langfuse() -> None:
    said = one({"data": [SCORE], "meta": {"page": 1}})
    assert {key: said[key] for key in ("trace_id", "evaluation_name", "score", "source", "judged_at")} == {
        "trace_id": TRACE,
        "evaluation_name": "correctness",
        "score": 0.9,
        "source": "file",
        "judged_at": datetime(2026, 11, 20, 10, 0, 2, tzinfo=UTC),
    }
    assert "reason" not in said, "what a machine explained may repeat the answer"
    assert "label" not in said


def test_a_person_who_annotated_in_langfuse_is_a_person() -> None:
    said = one(
        [
            {
                **SCORE,
                "source": "ANNOTATION",
                "authorUserId": "u-7",
                "dataType": "BOOLEAN",
                "value": 1,
                "stringValue": "True",
            }
        ]
    )
    assert (said["source"], said["judged_by"], said["reason"]) == ("human", "u-7", "the answer was 'forty-two'")
    assert (said["score"], said["label"]) == (1.0, "True")


def test_a_category_of_langfuse_is_a_word() -> None:
    said = one([{**SCORE, "dataType": "CATEGORICAL", "value": 0, "stringValue": "good"}])
    assert said["label"] == "good"
    assert "score" not in said


def test_a_file_export_of_langfuse_has_other_names_and_times_without_a_zone() -> None:
    header = (
        "id,timestamp,project_id,environment,trace_id,observation_id,name,value,string_value,data_type,source,comment"
    )
    row = f"score-1,2026-11-20 10:00:00.123000,p,default,{TRACE},,correctness,0.9,,NUMERIC,API,"
    reading = read(f"{header}\n{row}\n", "scores.csv")
    assert (reading.form, reading.errors) == ("Langfuse scores", [])
    assert reading.revisions[0].score == 0.9
    assert reading.revisions[0].judged_at == datetime(2026, 11, 20, 10, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"traceId": None}, "traceId is empty: the score of a session or dataset run names no task"),
        ({"traceId": "not-hex"}, "trace_id is 'not-hex', expected 32 hex digits"),
        ({"dataType": "CORRECTION"}, "dataType is 'CORRECTION', expected NUMERIC, BOOLEAN or CATEGORICAL"),
        ({"value": "high"}, "value is 'high', expected a number"),
        ({"value": None}, "expected outcome, or evaluation_name with score or label, got evaluation_name"),
        ({"updatedAt": "soon"}, "judged_at is 'soon', expected ISO 8601"),
    ],
)
def test_scores_of_langfuse_that_cannot_be_used(change: dict[str, Any], message: str) -> None:
    reading = read(json.dumps([SCORE, {**SCORE, **change}]), "x.json")
    assert len(reading.revisions) == 1
    assert reading.errors[0].startswith(f"x.json, record 2: {message}")


def test_assessments_of_mlflow() -> None:
    said = one(ASSESSMENT)
    assert said.pop("revision_id")
    assert said == {
        "trace_id": TRACE,
        "evaluation_name": "relevance",
        "label": "yes",
        "source": "file",
        "judged_by": "gpt-4o",
        "judged_at": datetime(2026, 11, 20, 10, 0, 2, 500000, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, {"score": 1.0, "label": "true"}),
        (False, {"score": 0.0, "label": "false"}),
        (3, {"score": 3.0}),
        ("no", {"label": "no"}),
    ],
)
def test_feedback_of_mlflow_is_a_number_a_truth_or_a_word(value: Any, expected: dict[str, Any]) -> None:
    said = one({**ASSESSMENT, "feedback": {"value": value}})
    assert {key: said[key] for key in ("score", "label") if key in said} == expected


def test_an_older_client_of_mlflow_writes_other_names() -> None:
    older = {
        "name": "quality",
        "trace_id": f"tr-{TRACE}",
        "source": {"source_type": "HUMAN", "source_id": "alice"},
        "create_time_ms": 1_795_168_800_123,
        "feedback": {"value": 4},
        "expectation": None,
        "rationale": "fine",
    }
    said = one(older)
    assert (said["evaluation_name"], said["source"], said["judged_by"], said["reason"]) == (
        "quality",
        "human",
        "alice",
        "fine",
    )
    assert said["judged_at"] == datetime(2026, 11, 20, 10, 0, 0, 123000, tzinfo=UTC)


def test_traces_of_mlflow_bring_their_assessments() -> None:
    bare = {key: value for key, value in ASSESSMENT.items() if key != "trace_id"}
    row = {"trace_id": f"tr-{TRACE}", "state": "OK", "assessments": [bare, ASSESSMENT]}
    for said in (row, {"info": row, "data": {"spans": []}}):
        reading = read(json.dumps(said), "traces.jsonl")
        assert (reading.form, reading.errors) == ("MLflow assessments", [])
        assert [revision.trace_id for revision in reading.revisions] == [TRACE, TRACE]


def test_what_mlflow_expected_or_overrode_is_no_judgement() -> None:
    expectation = {key: value for key, value in ASSESSMENT.items() if key != "feedback"} | {
        "expectation": {"value": "42"}
    }
    reading = read(json.dumps([ASSESSMENT, expectation, {**ASSESSMENT, "valid": False}]), "x.json")
    assert (len(reading.revisions), reading.errors) == (1, [])
    assert reading.others == {
        "an expectation, which says what was expected and not how it went": 1,
        "overridden by a later assessment": 1,
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"feedback": {"value": [1]}}, "feedback.value is [1], expected a number, true, false or a text"),
        (
            {"feedback": {"error": {"error_code": "X"}}},
            "feedback.value is None, expected a number, true, false or a text",
        ),
        ({"feedback": None}, "feedback is None, expected an object"),
        ({"trace_id": "tr-1"}, "trace_id is '1', expected 32 hex digits"),
        ({"last_update_time": None, "create_time": "soon"}, "judged_at is 'soon', expected ISO 8601"),
    ],
)
def test_assessments_of_mlflow_that_cannot_be_used(change: dict[str, Any], message: str) -> None:
    reading = read(json.dumps([ASSESSMENT, {**ASSESSMENT, **change}]), "x.json")
    assert len(reading.revisions) == 1
    assert reading.errors[0].startswith(f"x.json, record 2: {message}")


def test_reading_a_file_again_gives_the_same_revisions_whenever() -> None:
    text = json.dumps([SCORE, {**SCORE, "value": 0.1}])
    first, again = (Reader(moment).read(text.encode(), "x.json") for moment in (NOW, NOW.replace(hour=12)))
    ids = [[revision.revision_id for revision in reading.revisions] for reading in (first, again)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2, "a score that changed is a revision of its own"
