"""The tag policy at the door: what lacks a tag is counted or refused by name, the rest of the request is kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.door.answers import Answer
from collector.door.gate import Caller, Gate
from collector.door.receive import Incoming, Receiver
from collector.door.signals import TRACES
from collector.door.tag_gate import Family, TagGate
from collector.metrics import Counters
from collector.wal.log import Log
from sample_traces.otlp import Sent, Value, pack, span
from tests.lake import RECEIVED_AT_NS
from transforms.mapping_file import read_mapping
from transforms.tag_policy import read_tag_policy

POLICY = """
tags:
  - {tag: team, environments: [prod*], allowed: [search, ads]}
  - {tag: workflow_id}
exceptions:
  - {service: "old-*", until: 2026-11-02, reason: goes away}
at_the_door: %s
"""
CALL: dict[str, Value] = {"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 1}
FLOW: dict[str, Value] = {"spanledger.workflow.id": "w"}


def sent(number: int, attributes: dict[str, Value], parent: int | None = None, **resource: str) -> Sent:
    made = span(f"{1:032x}", f"{number:016x}", f"{parent:016x}" if parent else None, "chat", (10, 20), attributes)
    around = {"service.name": "api", "deployment.environment.name": "production"} | resource
    return Sent(tuple(around.items()), ("app", "1"), made)


def judged(gate: TagGate, *spans: Sent, at_ns: int = RECEIVED_AT_NS) -> tuple[Answer, list[int]]:
    """The answer, and the numbers of the spans that stay."""
    [body] = pack(spans, len(spans))
    request = ExportTraceServiceRequest.FromString(body)
    answer = gate.judge(request, Answer(kind=TRACES.check(request, None).kind, accepted=len(spans)), at_ns)
    stay = [
        int.from_bytes(one.span_id)
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for one in scope.spans
    ]
    return answer, sorted(stay)


@pytest.fixture(scope="module")
def refusing() -> TagGate:
    return TagGate(read_tag_policy(POLICY % "refuse", "tags.yml"))


def test_spans_without_a_tag_are_refused_by_name_and_the_rest_is_kept(refusing: TagGate) -> None:
    answer, stay = judged(
        refusing,
        sent(1, {**CALL, **FLOW, "spanledger.team": "search"}),
        sent(2, {**CALL, **FLOW}),
        sent(3, {**CALL, **FLOW, "spanledger.team": "strangers"}),
        sent(4, CALL, None, **{"spanledger.team": "ads", "spanledger.workflow.id": "w"}),
        sent(5, CALL),
        sent(6, {"http.route": "/"}),
    )
    assert stay == [1, 4, 6]
    assert (answer.accepted, answer.rejected, answer.untagged) == (3, 3, 3)
    assert answer.missing_tags == (("team", 3), ("workflow_id", 1))
    assert "2 spans of model calls without the tag team (or with a value that the tag policy does not" in answer.message
    assert "1 spans of model calls without the tag team, workflow_id" in answer.message


def test_a_tag_is_inherited_within_a_request_and_not_from_elsewhere(refusing: TagGate) -> None:
    root = sent(1, {**FLOW, "spanledger.team": "search"})
    middle, call = sent(2, {}, parent=1), sent(3, CALL, parent=2)
    assert judged(refusing, call, middle, root)[1] == [1, 2, 3]
    assert judged(refusing, call, middle)[1] == [2]
    assert judged(refusing, sent(4, CALL, parent=4), sent(5, {}, parent=5))[1] == [5]


def test_environments_and_exceptions_with_an_end_ask_for_less(refusing: TagGate) -> None:
    elsewhere = sent(1, {**CALL, **FLOW}, None, **{"deployment.environment.name": "staging"})
    old = sent(2, CALL, None, **{"service.name": "old-batch"})
    assert judged(refusing, elsewhere, old)[1] == [1, 2]
    assert judged(refusing, elsewhere, old, at_ns=RECEIVED_AT_NS + 86_400 * 10**9)[1] == [1]


def test_several_teams_must_all_be_allowed_and_mapped_keys_count(refusing: TagGate) -> None:
    both = sent(1, {**CALL, **FLOW, "spanledger.team": ["search", "ads"]})
    one_strange = sent(2, {**CALL, **FLOW, "spanledger.team": ["search", "x"]})
    assert judged(refusing, both, one_strange)[1] == [1]
    mapping = read_mapping("senders:\n  - span: {acme.squad: team}\n", "mapping.yml")
    mapped = TagGate(read_tag_policy(POLICY % "refuse", "tags.yml"), mapping.registry)
    assert judged(mapped, sent(3, {**CALL, **FLOW, "acme.squad": "ads"}))[1] == [3]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[Receiver, Counters]]:
    counters = Counters()
    log = Log(tmp_path, max_bytes=1 << 30, max_age_s=60, max_pending_bytes=1 << 30)
    gate = TagGate(read_tag_policy(POLICY % "flag", "tags.yml"))
    yield Receiver(log, Gate(None), counters, max_inflated_bytes=1 << 20, tags=gate), counters
    log.close()


def test_by_default_all_is_stored_and_counted(receiver: tuple[Receiver, Counters]) -> None:
    door, counters = receiver
    [body] = pack([sent(1, CALL), sent(2, {**CALL, **FLOW, "spanledger.team": "ads"})], 2)
    admitted = door.admit(TRACES, "http", Caller({}))
    answer = door.receive(Incoming(TRACES, "http", body, {}, admitted)).result(20)
    assert (answer.accepted, answer.rejected, answer.message) == (2, 0, "")
    values = {(name, labels): value for name, labels, value in counters.samples()}
    assert values["spanledger_untagged_spans_total", (("tag", "team"),)] == 1
    assert values["spanledger_items_accepted_total", (("signal", "traces"),)] == 2


def test_refused_spans_have_a_fate_of_their_own() -> None:
    counters = Counters()
    answer = Answer(kind=TRACES.check(ExportTraceServiceRequest(), None).kind, rejected=5, untagged=3, accepted=1)
    counters.count_answer("traces", "http", answer)
    values = {labels: value for name, labels, value in counters.samples() if name == "spanledger_items_rejected_total"}
    assert values == {
        (("reason", "unfit"), ("signal", "traces")): 2,
        (("reason", "untagged"), ("signal", "traces")): 3,
    }


class Counted(dict[Any, Any]):
    looks = 0

    def __getitem__(self, key: Any) -> Any:
        self.looks += 1
        return super().__getitem__(key)


def test_the_work_follows_the_number_of_spans_not_their_depth() -> None:
    depth = 5000
    spans = Counted(
        {(b"t", b"%d" % n): ((b"t", b"%d" % (n - 1)), {"team": ("ads",)} if n == 1 else {}) for n in range(1, depth)}
    )
    family = Family(spans)
    assert all(family.tags(at) == {"team": ("ads",)} for at in sorted(spans))
    assert spans.looks == len(spans)


def test_spans_that_are_each_others_parents_have_their_own_tags_and_each_others() -> None:
    family = Family({(b"t", b"1"): ((b"t", b"2"), {"team": ("ads",)}), (b"t", b"2"): ((b"t", b"1"), {"step": ("s",)})})
    assert family.tags((b"t", b"1")) == {"team": ("ads",), "step": ("s",)}
