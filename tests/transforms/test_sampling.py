"""What spans say of sampling: every spelling, what is no probability, and that nothing sent is lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.transforms.build import any_value, request
from tests.transforms.comparing import rows_of
from transforms import lossless
from transforms.sampling import SMALLEST_PROBABILITY


def said(attributes: dict[str, Any], trace_state: str = "", scope: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """Probability and sampler of one span; its attributes must come back as sent."""
    message = ExportTraceServiceRequest.FromString(request(attributes))
    sent = message.resource_spans[0].scope_spans[0]
    sent.spans[0].trace_state = trace_state
    for key, value in (scope or {}).items():
        sent.scope.attributes.add(key=key, value=any_value(value))
    (row,) = rows_of([message.SerializeToString()])
    assert lossless.attributes_of(row) == attributes
    assert row["trace_state"] == (trace_state or None)
    return row["sampling_probability"], row["sampler"]


@pytest.mark.parametrize(
    ("trace_state", "expected"),
    [
        ("ot=th:0", (1.0, "tracestate ot=th")),
        ("ot=th:8", (0.5, "tracestate ot=th")),
        ("ot=th:c", (0.25, "tracestate ot=th")),
        ("ot=th:fd70a3d70a3d71", (pytest.approx(0.01), "tracestate ot=th")),
        ("rojo=1, ot=rv:6e6d1a75832a2f;th:e6666666666666 ,congo=2", (pytest.approx(0.1), "tracestate ot=th")),
        ("ot=p:3;r:10", (0.125, "tracestate ot=p")),
        ("ot=p:3;th:8", (0.5, "tracestate ot=th")),
        ("ot=p:63", (None, "tracestate ot=p")),
        ("es=s:0.43", (0.43, "tracestate es=s")),
        ("dd=s:1;t.dm:-3;t.ksr:0.2", (0.2, "tracestate dd=t.ksr")),
        ("ot=th:ffffffffffffff", (None, "tracestate ot=th")),  # one in 2^56 is a slip
        ("ot=th:G8", (None, None)),
        ("ot=th:", (None, None)),
        ("ot=th:012345678901234", (None, None)),
        ("ot=p:64", (None, None)),
        ("es=s:2", (None, None)),
        ("ot=rv:6e6d1a75832a2f", (None, None)),
        ("nonsense", (None, None)),
        (",,=,:;", (None, None)),
    ],
)
def test_trace_states(trace_state: str, expected: tuple[Any, Any]) -> None:
    assert said({}, trace_state) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"SampleRate": 10}, (0.1, "SampleRate")),
        ({"sampleRate": "4"}, (0.25, "sampleRate")),
        ({"sampleRate": 24000}, (None, None)),  # a voice's, in hertz
        ({"SampleRate": 0}, (None, None)),
        ({"SampleRate": -3}, (None, None)),
        ({"SampleRate": "often"}, (None, None)),
        ({"SampleRate": 10**12}, (None, "SampleRate")),
        ({"sampler.type": "probabilistic", "sampler.param": 0.2}, (0.2, "sampler.type=probabilistic")),
        ({"sampler.type": "probabilistic", "sampler.param": 7}, (None, "sampler.type=probabilistic")),
        ({"sampler.type": "const", "sampler.param": True}, (1.0, "sampler.type=const")),
        ({"sampler.type": "ratelimiting", "sampler.param": 0.5}, (None, "sampler.type=ratelimiting")),
        ({"sampler.type": "lowerbound", "sampler.param": 0.5}, (None, "sampler.type=lowerbound")),
        ({"sampler.param": 0.5}, (None, None)),
        ({"_dd.rule_psr": 0.5, "_dd.limit_psr": 0.5}, (0.25, "_dd.rule_psr")),
        ({"_dd.agent_psr": 0.5, "_sampling_priority_v1": 1}, (0.5, "_dd.agent_psr, _sampling_priority_v1")),
        ({"_sampling_priority_v1": 2.0}, (None, "_sampling_priority_v1")),
        ({"sampling.priority": 1}, (None, "sampling.priority")),
        ({"sampling.priority": 0}, (None, None)),
        ({"logfire.sample_rate": 0.5}, (0.5, "logfire.sample_rate")),
        ({"sentry.client_sample_rate": 0.3}, (0.3, "sentry.client_sample_rate")),
        ({"_MS.sampleRate": 25.0}, (0.25, "_MS.sampleRate")),
        ({"aws.xray.sampling_rule": "Default"}, (None, "aws.xray.sampling_rule=Default")),
        ({"tailsampling.policy": "errors"}, (None, "tailsampling.policy=errors")),
        ({"gen_ai.request.model": "gpt-4o"}, (None, None)),
    ],
)
def test_attributes(attributes: dict[str, Any], expected: tuple[Any, Any]) -> None:
    assert said(attributes) == expected


def test_the_tail_sampler_writes_on_the_scope() -> None:
    marks = {
        "tailsampling.policy": "all",
        "tailsampling.composite_policy": "slow",
        "tailsampling.cached_decision": True,
    }
    words = "tailsampling.policy=all, tailsampling.composite_policy=slow, tailsampling.cached_decision=true"
    assert said({}, "ot=th:8", marks) == (0.5, f"tracestate ot=th, {words}")


def test_a_later_samplers_rate_holds_the_earlier_ones() -> None:
    assert said({"SampleRate": 20}, "ot=th:8") == (0.05, "SampleRate, tracestate ot=th")


def test_each_span_of_a_request_by_itself() -> None:
    rows = rows_of([request({"SampleRate": 2}, {}, {"sampler.type": "remote"}, {"SampleRate": 5})])
    assert [(row["sampling_probability"], row["sampler"]) for row in rows] == [
        (0.5, "SampleRate"),
        (None, None),
        (None, "sampler.type=remote"),
        (0.2, "SampleRate"),
    ]


@given(st.text(max_size=40), st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=12)))
def test_no_word_breaks_the_reading(trace_state: str, rate: Any) -> None:
    keys = ("SampleRate", "sampler.param", "_dd.rule_psr", "_dd.limit_psr", "sampling.priority", "_MS.sampleRate")
    attributes = dict.fromkeys(keys, rate) | {"sampler.type": "probabilistic"}
    message = ExportTraceServiceRequest.FromString(request(attributes))
    message.resource_spans[0].scope_spans[0].spans[0].trace_state = f"ot=th:{trace_state},{trace_state}"
    (row,) = rows_of([message.SerializeToString()])
    probability = row["sampling_probability"]
    assert probability is None or SMALLEST_PROBABILITY <= probability <= 1
