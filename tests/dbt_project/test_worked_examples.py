"""Worked examples of where the money went, as spans an application would send, through all models at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanledger.building.build import Builder
from tests.collector.otlp import request
from tests.lake import land, open_warehouse

SECOND = 10**9
BEGIN = 1_790_000_000 * SECOND


@dataclass(frozen=True)
class Call:
    """One call of a run; equal inputs have equal letters."""

    step: str
    model: str
    given: str
    is_ok: bool = True


CHEAP, DEAR = "gpt-4o-mini", "gpt-4o"


@dataclass(frozen=True)
class Example:
    """The runs of one task, what it came to, and the class of each call in time order."""

    task: str
    outcome: str | None
    runs: Sequence[Sequence[Call]]
    classes: Sequence[str]
    source: str = "production"


EXAMPLES = [
    Example(
        "three cheap tries, then the expensive one, in a task that fails",
        "failure",
        [[Call("answer", CHEAP, "q") for _ in range(3)] + [Call("answer", DEAR, "q")]],
        ["superseded_attempt"] * 3 + ["abandoned"],
    ),
    Example(
        "a large model starts again where a small one failed",
        "success",
        [
            [Call("extract", CHEAP, "e"), Call("plan", CHEAP, "p"), Call("draft", CHEAP, "d", is_ok=False)],
            [Call("extract", DEAR, "e"), Call("plan", DEAR, "p"), Call("draft", DEAR, "d")],
        ],
        ["useful", "useful", "failed_attempt", "retry_duplicate", "retry_duplicate", "useful"],
    ),
    Example(
        "a loop with new input each time",
        "success",
        [[Call("search", CHEAP, letter) for letter in "abc"]],
        ["useful"] * 3,
    ),
    Example(
        "a repeat in one run",
        None,
        [[Call("a", CHEAP, "x"), Call("a", CHEAP, "x")]],
        ["undetermined", "retry_duplicate"],
    ),
    Example(
        "a repeat in an eval is a measurement",
        "success",
        [[Call("a", CHEAP, "x"), Call("a", CHEAP, "x")]],
        ["useful", "useful"],
        source="eval",
    ),
]


def text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def number(key: str, value: int) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(int_value=value))


def spans(example: Example, first_trace: int) -> list[Span]:
    """A trace a run: a root that carries the tags, its calls one after the other."""
    sent = []
    for run, calls in enumerate(example.runs):
        trace_id = (first_trace + run).to_bytes(16)
        begin = BEGIN + run * 1000 * SECOND
        is_last = run == len(example.runs) - 1
        tags = [text("spanledger.task.id", example.task), text("spanledger.workflow.id", "triage")]
        tags += [text("spanledger.traffic_source", example.source)]
        tags += [text("spanledger.task.outcome", example.outcome)] if example.outcome and is_last else []
        root = Span(trace_id=trace_id, span_id=(99).to_bytes(8), name="job", attributes=tags)
        root.start_time_unix_nano, root.end_time_unix_nano = begin, begin + 900 * SECOND
        sent.append(root)
        sent += [_call(call, trace_id, place, begin + place * 10 * SECOND) for place, call in enumerate(calls, start=1)]
    return sent


def _call(call: Call, trace_id: bytes, place: int, start: int) -> Span:
    return Span(
        trace_id=trace_id,
        span_id=place.to_bytes(8),
        parent_span_id=(99).to_bytes(8),
        name=f"chat {call.model}",
        start_time_unix_nano=start,
        end_time_unix_nano=start + 5 * SECOND,
        status=Status(code=Status.STATUS_CODE_OK if call.is_ok else Status.STATUS_CODE_ERROR),
        attributes=[
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", call.model),
            number("gen_ai.usage.input_tokens", 1000),
            number("gen_ai.usage.output_tokens", 100),
            text("spanledger.step", call.step),
            text("spanledger.input.hash", call.given),
        ],
    )


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Classes of the calls of each task, in time order."""
    data = tmp_path_factory.mktemp("data")
    for place, example in enumerate(EXAMPLES, start=1):
        land([request(*spans(example, place * 100)).SerializeToString()], data)
    Builder(data, data / "lake").build()
    with open_warehouse(data) as warehouse:
        query = "select task_id, list(spend_class order by started_at) from fct_calls group by task_id"
        return dict(warehouse.execute(query).fetchall())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.task)
def test_each_call_has_its_class(example: Example, classes: dict[str, list[str]]) -> None:
    assert classes[example.task] == list(example.classes)
