"""Outcomes over HTTP on a running collector: stored when answered, landed once, refused with reasons."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.budget.endpoints import SCOPES as BUDGET_PATHS
from collector.config import CollectorConfig
from collector.door.answers import RefusedError
from collector.door.http_front import POST_PATHS
from collector.door.signals import Sent
from collector.outcomes import MAX_RECORDS, OUTCOMES, rows_of
from collector.store.lake import active_files
from collector.store.outcome_files import active, folder_of
from collector.wal.fates import Fates
from collector.wal.segments import OUTCOMES as NUMBER
from collector.wal.segments import TRACES, Record, encode_header, encode_record
from tests.collector.otlp import request, span
from tests.collector.running import Collector, Response, configuration, wait_until
from tests.collector.store.test_landing import HEADER, land, segment
from transforms.outcomes import SCHEMA

JSON = "application/json"
LIMIT, INFLATED = 100_000, 400_000
GOOD = {"task_id": "4711", "outcome": "success", "judged_at": "2026-11-20T10:00:00Z", "reason": "merged"}
OLD = {**GOOD, "judged_at": "2023-11-01T00:00:00Z"}


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    config = configuration(tmp_path_factory.mktemp("outcomes"), max_request_bytes=LIMIT, max_inflated_bytes=INFLATED)
    with Collector(config) as collector:
        yield collector
        assert collector.stop() == 0, collector.errors()


def post(collector: Collector, said: Any, **headers: str) -> Response:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return collector.request("POST", "/v1/outcomes", body, {"content-type": JSON, **named})


def kept(config: CollectorConfig) -> list[dict[str, Any]]:
    files = active(folder_of(config.data))
    return [row for file in files for row in pq.ParquetFile(file.path).read().to_pylist()]


def tasks(config: CollectorConfig) -> list[str]:
    return [row["task_id"] for row in kept(config)]


def answer(response: Response) -> Any:
    assert response.headers["content-type"] == JSON
    return json.loads(response.body)


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: [one], lambda one: {"outcomes": [one]}])
def test_one_a_list_or_a_batch_is_stored_with_who_when_and_why(collector: Collector, wrap: Any) -> None:
    task = f"task {wrap('x')}"
    response = post(collector, wrap({**GOOD, "task_id": task, "judged_by": "ci"}))
    assert (response.status, answer(response)) == (200, {"accepted": 1, "rejected": []})
    wait_until(lambda: task in tasks(collector.config), "the outcome to land")
    (row,) = [row for row in kept(collector.config) if row["task_id"] == task]
    assert (row["outcome"], row["source"], row["judged_by"], row["reason"]) == ("success", "api", "ci", "merged")
    assert row["judged_at"].isoformat() == "2026-11-20T10:00:00+00:00"
    assert row["recorded_at"] > row["judged_at"]
    (file,) = [file for file in active(folder_of(collector.config.data)) if row["segment"] in file.segments]
    assert file.path.stem == row["segment"]


def test_good_records_are_stored_and_the_others_named(collector: Collector) -> None:
    said = [{**GOOD, "task_id": "good"}, {**GOOD, "outcome": "great"}, 7, {**GOOD, "colour": "blue"}]
    response = post(collector, said)
    assert response.status == 200
    details = answer(response)
    assert details["accepted"] == 1
    assert [one["index"] for one in details["rejected"]] == [1, 2, 3]
    assert details["rejected"][0]["error"].startswith("outcome is 'great', expected one of success, failure, unknown")
    assert "'colour' is no key" in details["rejected"][2]["error"]
    wait_until(lambda: "good" in tasks(collector.config), "the good one to land")
    text = collector.request("GET", "/metrics").body.decode()
    assert re.search(r'spanledger_items_rejected_total\{.*signal="outcomes"\} [3-9]', text)
    wait_until(
        lambda: re.search(
            r"spanledger_outcomes_landed_total [1-9]", collector.request("GET", "/metrics").body.decode()
        ),
        "the writer to count it",
    )


def test_when_none_can_be_used_the_request_is_refused(collector: Collector) -> None:
    response = post(collector, {"outcomes": [{"task_id": "t"}, {}]})
    details = answer(response)
    assert (response.status, details["accepted"], len(details["rejected"])) == (400, 0, 2)
    assert details["error"].startswith("none of the 2 outcomes can be used, e.g. expected outcome")


def test_an_empty_list_is_fine(collector: Collector) -> None:
    assert answer(post(collector, [])) == {"accepted": 0, "rejected": []}


def test_gzip_is_understood(collector: Collector) -> None:
    body = gzip.compress(json.dumps({**GOOD, "task_id": "zipped"}).encode())
    assert post(collector, body, content_encoding="gzip").status == 200
    wait_until(lambda: "zipped" in tasks(collector.config), "the outcome to land")


@pytest.mark.parametrize(
    ("body", "headers", "status", "message"),
    [
        (b"{", {}, 400, "no JSON of outcomes: Expecting property name"),
        (b'{"task_id": "t", "task_id": "u"}', {}, 400, "the key 'task_id' stands twice"),
        (b'{"score": NaN}', {}, 400, "NaN is no number of JSON"),
        (b"7", {}, 400, "expected an object or a list of objects, got int"),
        (b'{"outcomes": 7}', {}, 400, "expected 'outcomes' to be a list"),
        (b'{"outcomes": [], "more": 1}', {}, 400, "with no key beside it, got ['more']"),
        (b'["\xff"]', {}, 400, "not UTF-8"),
        (b"[" * 90_000, {}, 400, "nested too deeply"),
        (b"x", {"content_type": "text/csv"}, 415, "'text/csv': expected application/json"),
        (b"x", {"content_type": "application/x-protobuf"}, 415, "expected application/json"),
        (b"x", {"content_encoding": "zstd"}, 415, "'zstd' is not supported"),
        (bytes(LIMIT + 1), {}, 413, f"larger than {LIMIT} bytes"),
        (gzip.compress(bytes(INFLATED + 1), mtime=0), {"content_encoding": "gzip"}, 413, "once inflated"),
        (b"[" + b"1," * MAX_RECORDS + b"1]", {}, 413, f"{MAX_RECORDS + 1} outcomes in one request"),
    ],
)
def test_refusals_say_why(
    collector: Collector, body: bytes, headers: dict[str, str], status: int, message: str
) -> None:
    response = post(collector, body, **headers)
    details = answer(response)
    assert (response.status, details["accepted"], details["rejected"]) == (status, 0, [])
    assert message in details["error"]


def test_another_method_is_told_which_one(collector: Collector) -> None:
    response = collector.request("GET", "/v1/outcomes")
    assert (response.status, response.headers["allow"]) == (405, "POST")


def test_a_token_says_whose_outcomes_they_are(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(f'[[token]]\nsha256 = "{hashlib.sha256(b"secret").hexdigest()}"\norganization = "acme"\n')
    with Collector(configuration(tmp_path / "data", token_file=tokens)) as collector:
        assert post(collector, GOOD).status == 401
        assert post(collector, GOOD, authorization="Bearer wrong").status == 401
        response = post(collector, [GOOD, {**GOOD, "organization": "beta"}], authorization="Bearer secret")
        assert answer(response)["accepted"] == 1
        assert "organization is 'beta', expected 'acme'" in answer(response)["rejected"][0]["error"]
        assert post(collector, {**GOOD, "organization": "acme"}, authorization="Bearer secret").status == 200
        assert collector.stop() == 0
        assert [row["organization"] for row in kept(collector.config)] == ["acme"] * 2
        assert len({row["revision_id"] for row in kept(collector.config)}) == 1, "sent again is the same revision"


def test_an_answer_waits_for_the_disk_and_a_kill_loses_nothing(tmp_path: Path) -> None:
    config = configuration(tmp_path, log_segment_max_age_s=3600)  # nothing is landed before the kill
    with Collector(config) as collector:
        assert [post(collector, {**GOOD, "task_id": f"{number}"}).status for number in range(5)] == [200] * 5
        collector.kill()
    with Collector(config) as collector:
        wait_until(lambda: len(kept(config)) == 5, "the outcomes to land after the restart")
        assert collector.stop() == 0
    assert sorted(tasks(config)) == [f"{number}" for number in range(5)]


def test_spans_and_outcomes_of_a_segment_land_apart_and_either_can_be_there_alone(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    body, _ = OUTCOMES.read(json.dumps([OLD, {**OLD, "task_id": "b"}]).encode(), Sent(None, HEADER.opened_at_ns, True))
    records = [
        Record(HEADER.opened_at_ns, None, request(span()).SerializeToString(), TRACES),
        Record(HEADER.opened_at_ns, None, body, NUMBER),
    ]
    content = b"".join([encode_header(HEADER), *(encode_record(each, HEADER.segment) for each in records)])
    path = segment(config, [])
    for _ in range(2):  # again as after a crash before the segment was removed
        path.write_bytes(content)
        land(config, path)
        (file,) = active(folder_of(config.data))
        assert (file.segments, file.rows) == ((HEADER.segment,), 2)
        assert pq.ParquetFile(file.path).schema_arrow.equals(SCHEMA)
    (spans,) = active_files(config.lake)
    file.path.unlink()  # as after a crash between the two
    path.write_bytes(content)
    assert land(config, path) == Fates(landed_requests=2, landed_items=3, rows=1, outcomes=2)
    spans.path.unlink()
    path.write_bytes(content)
    assert land(config, path) == Fates(landed_requests=2, landed_items=3, rows=1, outcomes=2)


def test_a_record_of_the_log_that_holds_no_outcomes_is_set_aside(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    good, _ = OUTCOMES.read(json.dumps(OLD).encode(), Sent("acme", HEADER.opened_at_ns, True))
    path = segment(config, [])
    records = [Record(HEADER.opened_at_ns, "acme", one, NUMBER) for one in (good, b"[{}]", b"\xff")]
    path.write_bytes(encode_header(HEADER) + b"".join(encode_record(each, HEADER.segment) for each in records))
    assert land(config, path) == Fates(landed_requests=1, landed_items=1, outcomes=1, quarantined=2)
    reasons = [json.loads(one.read_text()) for one in sorted(config.quarantine.glob("*.json"))]
    assert [(one["number"], one["signal"]) for one in reasons] == [(1, "outcome"), (2, "outcome")]


KEYS = st.sampled_from(
    ["outcomes", "task_id", "trace_id", "outcome", "score", "judged_at", "units", "revision_id", "x"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["success"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5))


@given(st.binary(max_size=40) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_sent_is_stored_or_refused_and_what_is_stored_lands(body: bytes) -> None:
    try:
        kept_of_it, said = OUTCOMES.read(body, Sent(None, HEADER.opened_at_ns, is_json=True))
    except RefusedError:
        return
    assert said.rejected == len(said.items)
    rows = rows_of(Record(HEADER.opened_at_ns, None, kept_of_it, NUMBER), "s")
    assert (rows.num_rows, rows.schema) == (said.accepted, SCHEMA)


def test_the_description_names_every_path_that_is_served(collector: Collector) -> None:
    response = collector.request("GET", "/openapi.json")
    described = answer(response)
    assert (response.status, described["openapi"]) == (200, "3.1.0")
    gets, posts = ({path for path, node in described["paths"].items() if verb in node} for verb in ("get", "post"))
    assert posts == {*POST_PATHS, *BUDGET_PATHS}
    assert {collector.request("GET", path).status for path in gets} == {200}
    assert {collector.request("POST", path, b"", {"content-type": JSON}).status for path in posts} <= {200, 400}
    served = {"/healthz", "/readyz", "/metrics", "/openapi.json"}
    assert gets == served, "a page that is served has its line in collector/door/openapi.py"


def test_answers_are_as_described(collector: Collector) -> None:
    described = answer(collector.request("GET", "/openapi.json"))
    schema = {**described, "$ref": "#/components/schemas/OutcomeAnswer"}
    validator = jsonschema.Draft202012Validator(schema)
    jsonschema.Draft202012Validator.check_schema(described["components"]["schemas"]["Outcome"])
    statuses = described["paths"]["/v1/outcomes"]["post"]["responses"]
    for said in (GOOD, [], [7], b"{", [GOOD, 7]):
        response = post(collector, said)
        assert str(response.status) in statuses
        assert validator.is_valid(answer(response)), response.body
