"""User ids and e-mail addresses become keyed hashes, wherever a request holds them; nothing else changes."""

import json

import pytest
from google.protobuf.json_format import MessageToDict, Parse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from transforms.dialects import DIALECTS
from transforms.pseudonyms import names_user, pseudonym, pseudonymised

KEY = b"k" * 32
RAW = "alice-4711"
MAIL = "alice.liddell@example.com"
HIDDEN = pseudonym(RAW, KEY)


def text(value: str) -> dict[str, object]:
    return {"stringValue": value}


def attributes(**values: object) -> list[dict[str, object]]:
    return [{"key": key.replace("__", "."), "value": value} for key, value in values.items()]


def everywhere() -> list[dict[str, object]]:
    """Attributes that hold the id in each way there is."""
    return attributes(
        user__id=text(RAW),
        userId=text(RAW),
        user__email=text(MAIL),
        mlflow__trace__user=text(json.dumps(RAW)),
        metadata=text(json.dumps({"user_id": RAW, "deep": [{"userEmail": MAIL, "n": 1}]})),
        session__id=text(f"{RAW}/2026"),
        tags={"arrayValue": {"values": [text(f"user:{RAW}"), text("plain")]}},
        context={"kvlistValue": {"values": attributes(enduser__id=text(RAW), note=text(f"by {MAIL}"))}},
        count={"intValue": "7"},
    )


def hide(request: object, signal: str, kind: type) -> str:
    body = Parse(json.dumps(request), kind()).SerializeToString()
    return json.dumps(MessageToDict(kind.FromString(pseudonymised(body, signal, KEY))))


def test_spans_hold_no_id_in_any_place() -> None:
    span = {
        "name": f"chat for {RAW}",
        "attributes": everywhere(),
        "events": [{"name": "login", "attributes": everywhere()}],
        "links": [{"attributes": everywhere()}],
        "status": {"message": f"quota of {MAIL} exceeded"},
        "traceState": f"vendor={RAW}",
    }
    scope = {"scope": {"name": "s", "attributes": everywhere()}, "spans": [span]}
    request = {"resourceSpans": [{"resource": {"attributes": everywhere()}, "scopeSpans": [scope]}]}
    said = hide(request, "span", ExportTraceServiceRequest)
    assert RAW not in said
    assert MAIL not in said
    assert said.count(HIDDEN) >= 5 * 6, "equal ids stay equal"
    assert '"intValue": "7"' in said


def test_log_records_and_metrics_hold_none_either() -> None:
    record = {"attributes": everywhere(), "body": {"kvlistValue": {"values": everywhere()}}, "eventName": "x"}
    logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
    point = {"attributes": everywhere(), "asInt": "1", "exemplars": [{"filteredAttributes": everywhere()}]}
    metric = {"name": "m", "sum": {"dataPoints": [point]}}
    metrics = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}
    for said in (hide(logs, "log", ExportLogsServiceRequest), hide(metrics, "metric", ExportMetricsServiceRequest)):
        assert RAW not in said
        assert MAIL not in said
        assert HIDDEN in said


def test_content_is_left_to_content_so_that_hashes_of_it_stay_the_same() -> None:
    span = {
        "attributes": attributes(gen_ai__prompt=text(f"write to {MAIL}"), input__value=text(MAIL), user__id=text(RAW)),
        "events": [{"name": "gen_ai.user.message", "attributes": attributes(content=text(f"I am {RAW}"))}],
    }
    said = hide({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}, "span", ExportTraceServiceRequest)
    assert said.count(MAIL) == 2
    assert f"I am {RAW}" in said


def test_a_pseudonym_is_stable_keyed_and_stands_for_itself() -> None:
    assert pseudonym(RAW, KEY) == HIDDEN
    assert pseudonym(RAW, b"other") != HIDDEN
    assert pseudonym(HIDDEN, KEY) == HIDDEN
    assert pseudonym("", KEY) == ""


def test_short_ids_do_not_eat_other_words() -> None:
    span = {"name": "7 of 42", "attributes": attributes(user__id=text("42"), step=text("42"))}
    said = hide({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}, "span", ExportTraceServiceRequest)
    assert "7 of 42" in said
    assert pseudonym("42", KEY) in said


def test_keys_of_a_mapping_file_name_users_too() -> None:
    request = {"resourceSpans": [{"resource": {"attributes": attributes(acme__person=text(RAW))}}]}
    body = Parse(json.dumps(request), ExportTraceServiceRequest()).SerializeToString()
    assert RAW.encode() in pseudonymised(body, "span", KEY)
    assert RAW.encode() not in pseudonymised(body, "span", KEY, {"acme.person"})


def test_what_is_no_request_stays_as_it_is() -> None:
    assert pseudonymised(b"\xff\xff", "span", KEY) == b"\xff\xff"


@pytest.mark.parametrize(
    "key", ["user_agent.original", "user_prompt", "gen_ai.user.message", "superuser_mode", "user.role", "db.username_x"]
)
def test_keys_that_only_look_like_it_are_none(key: str) -> None:
    assert not names_user(key)


def test_every_key_that_a_dialect_reads_users_from_is_known() -> None:
    sources = [
        source if isinstance(source, str) else source.key
        for dialect in DIALECTS
        for columns in (dialect.columns, dialect.resource)
        for source in columns.get("user_id", ())
    ]
    missed = sorted({key for key in sources if not names_user(key)})
    assert len(sources) >= 10
    assert not missed, f"{missed}: extend _NAMES_USER in transforms/pseudonyms.py, or these ids land as they are"
