"""Hypothesis strategies: export requests as odd as OTLP allows."""

from typing import Any

from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from tests.transforms.build import any_value
from transforms.content import is_content
from transforms.evaluations import EVENT
from transforms.picking import resource_sources, span_sources

_INT64 = st.integers(-(2**63), 2**63 - 1)
_UINT64 = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 2**63, 2**64 - 1]))
_UINT32 = st.one_of(st.just(0), st.integers(0, 2**32 - 1))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

READ_KEYS = sorted(
    {source.key for sources in (*span_sources().values(), *resource_sources().values()) for source in sources}
)
_USAGE_KEYS = [
    "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.total_tokens", "gen_ai.usage.reasoning.output_tokens",
    "llm.token_count.prompt", "llm.token_count.completion", "llm.token_count.prompt_details.cache_read",
    "inputTokens", "outputTokens", "gen_ai.usage.prompt_tokens", "metadata.usage_object",
]  # fmt: skip
_CONTENT_KEYS = ["gen_ai.prompt", "gen_ai.prompt.0.content", "gen_ai.input.messages", "llm.input_messages.0.message"]
assert all(is_content(key) for key in _CONTENT_KEYS)
RESULT_KEYS = [
    "gen_ai.evaluation.name", "gen_ai.evaluation.score.value", "gen_ai.evaluation.score.label",
    "gen_ai.evaluation.explanation", "evaluations.0.evaluation.name", "evaluations.0.evaluation.score",
    "evaluations.0.evaluation.label", "evaluations.11.evaluation.name", "evaluations.11.evaluation.label",
]  # fmt: skip
KEYS = st.one_of(
    st.sampled_from(READ_KEYS),
    st.sampled_from(_USAGE_KEYS),
    st.sampled_from(_CONTENT_KEYS),
    st.sampled_from(RESULT_KEYS),
    st.sampled_from(["", "$a", "$bytes", "$repeated", "a"]),
    TEXT,
)
_LOOKS_LIKE = st.sampled_from(
    ["12", "12.0", "-3", "0", "1e3", "0.25", "true", "False", "openai", "OpenAI", "langchain", "chat", "[\"stop\"]",
     "<REDACTED>", "{}", "[[[", "[\"\\ud800\"]", "nan", "1_000", "{'prompt_tokens': 5, 'completion_tokens': 1}"]
)  # fmt: skip
_LEAF: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 30),
    _INT64,
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 1.0, 12.0, 1.5e-5, 3.3149999999e-05, 1e300, 2.0**63]),
    st.binary(max_size=6),
    TEXT,
    _LOOKS_LIKE,
)
VALUES = st.recursive(
    _LEAF, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=6
)


def _kvlist(pairs: list[tuple[str, Any]]) -> AnyValue:
    value = AnyValue()
    value.kvlist_value.SetInParent()
    value.kvlist_value.values.extend(KeyValue(key=key, value=any_value(item)) for key, item in pairs)
    return value


@st.composite
def attributes(draw: st.DrawFn, size: int = 8) -> list[KeyValue]:
    """Attributes: keys may repeat, values may be missing, key-value lists may repeat a key inside."""
    result = []
    for key in draw(st.lists(KEYS, max_size=size)):
        if draw(st.integers(0, 15)) == 0:
            result.append(KeyValue(key=key))
        elif draw(st.integers(0, 9)) == 0:
            pairs = draw(st.lists(st.tuples(st.sampled_from(["k", "$k", ""]), _LEAF), max_size=3))
            result.append(KeyValue(key=key, value=_kvlist(pairs)))
        else:
            result.append(KeyValue(key=key, value=any_value(draw(VALUES))))
    if result and draw(st.booleans()):
        result.append(KeyValue(key=result[0].key, value=any_value(draw(VALUES))))
    return result


def _fill_span(draw: st.DrawFn, span: Any) -> None:
    span.trace_id = draw(st.one_of(st.just(b""), st.binary(min_size=16, max_size=16)))
    span.span_id = draw(st.one_of(st.just(b""), st.binary(min_size=8, max_size=8)))
    span.parent_span_id = draw(st.one_of(st.just(b""), st.binary(min_size=8, max_size=8)))
    span.name, span.trace_state = draw(st.one_of(TEXT, st.just("call_llm"))), draw(TEXT)
    span.kind, span.flags = draw(st.integers(0, 5)), draw(_UINT32)
    span.start_time_unix_nano, span.end_time_unix_nano = draw(_UINT64), draw(_UINT64)
    span.attributes.extend(draw(attributes()))
    span.dropped_attributes_count = draw(_UINT32)
    if draw(st.booleans()):
        span.status.code, span.status.message = draw(st.integers(0, 2)), draw(TEXT)
    for _ in range(draw(st.integers(0, 2))):
        event = span.events.add(name=draw(st.one_of(TEXT, st.just(EVENT))), time_unix_nano=draw(_UINT64))
        event.attributes.extend(draw(attributes(2)))
        if event.name == EVENT:
            event.attributes.extend(KeyValue(key=key, value=any_value(draw(_LEAF))) for key in RESULT_KEYS[:4])
    if draw(st.integers(0, 3)) == 0:
        link = span.links.add(trace_id=b"l" * 16, span_id=b"m" * 8, trace_state=draw(TEXT), flags=draw(_UINT32))
        link.attributes.extend(draw(attributes(2)))


SCOPES = st.sampled_from(
    [
        "",
        "app",
        "litellm",
        "openlit.instrumentation.anthropic",
        "opentelemetry.instrumentation.botocore.x",
        "gcp.vertex.agent",
    ]
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """One serialized request: 0-2 resources of 0-2 scopes of 0-3 spans."""
    request = ExportTraceServiceRequest()
    for _ in range(draw(st.integers(0, 2))):
        resource_spans = request.resource_spans.add(schema_url=draw(TEXT))
        if draw(st.booleans()):
            resource_spans.resource.attributes.extend(draw(attributes(3)))
            resource_spans.resource.dropped_attributes_count = draw(_UINT32)
        for _ in range(draw(st.integers(0, 2))):
            scope_spans = resource_spans.scope_spans.add(schema_url=draw(TEXT))
            if draw(st.booleans()):
                scope_spans.scope.name, scope_spans.scope.version = draw(SCOPES), draw(TEXT)
                scope_spans.scope.attributes.extend(draw(attributes(2)))
            for _ in range(draw(st.integers(0, 3))):
                _fill_span(draw, scope_spans.spans.add())
    return request.SerializeToString()
