"""Strict comparison of a lake row with what was sent: equal types, equal bits, nothing missing, nothing more."""

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from tests.transforms import oracle
from transforms import lossless
from transforms.normalise import NormaliseOptions, Request, normalise
from transforms.typed import Repeated

KEEP = NormaliseOptions(store_content=True, hash_key=b"a key for tests")
HIDE = NormaliseOptions(store_content=False, hash_key=b"a key for tests")


def rows_of(bodies: Sequence[bytes], options: NormaliseOptions = KEEP) -> list[dict[str, Any]]:
    table = normalise(
        [Request(body, 1_000 + number, f"org-{number}", "seg") for number, body in enumerate(bodies)], options
    )
    table.validate(full=True)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def plain(value: Any) -> Any:
    """Comparable form: types told apart, doubles by their bits (one NaN), key-value lists as pairs."""
    match value:
        case bool() | int() | str() | bytes() | None:
            return type(value).__name__, value
        case float():
            return "float", "nan" if math.isnan(value) else struct.pack(">d", value)
        case list():
            return "list", [plain(item) for item in value]
        case oracle.KeyValues():
            return "kvlist", _grouped([*value.pairs])
        case Repeated():
            return "kvlist", _grouped([*value.first.items(), *value.others])
        case dict():
            return "kvlist", _grouped([*value.items()])
    raise TypeError(f"no comparable form of {value!r}")


def _grouped(pairs: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    """Values by key in order: all that a key-value list says (the order of different keys says nothing)."""
    result: dict[str, list[Any]] = {}
    for key, item in pairs:
        result.setdefault(key, []).append(plain(item))
    return result


def assert_lossless(row: Mapping[str, Any], sent: oracle.Sent) -> None:
    """Everything OTLP said about this span can be had back from the row."""
    span = sent.span
    assert plain(lossless.attributes_of(row)) == plain(oracle.first_values(span.attributes))
    assert plain(dict(enumerate_keys(lossless.repeated_of(row)))) == plain(
        dict(enumerate_keys(oracle.other_values(span.attributes)))
    )
    assert plain(lossless.resource_of(row)) == plain(oracle.first_values(sent.resource.attributes))
    scope = lossless.scope_of(row)
    assert plain(scope["attributes"]) == plain(oracle.first_values(sent.scope.attributes))
    assert (scope["name"], scope["version"]) == (sent.scope.name, sent.scope.version)
    assert scope.get("schema_url", "") == sent.scope_schema_url
    assert scope.get("resource_schema_url", "") == sent.resource_schema_url
    assert scope.get("dropped_attributes_count", 0) == sent.scope.dropped_attributes_count
    assert scope.get("resource_dropped_attributes_count", 0) == sent.resource.dropped_attributes_count
    _assert_items(row, span)
    _assert_envelope(row, sent)


def enumerate_keys(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(f"{number}:{key}", item) for number, (key, item) in enumerate(pairs)]


def _assert_items(row: Mapping[str, Any], span: Any) -> None:
    events = lossless.events_of(row)
    assert [(one["name"], one["time_unix_nano"], one.get("dropped_attributes_count", 0)) for one in events] == [
        (one.name, one.time_unix_nano, one.dropped_attributes_count) for one in span.events
    ]
    assert [plain(one["attributes"]) for one in events] == [
        plain(oracle.first_values(one.attributes)) for one in span.events
    ]
    links = lossless.links_of(row)
    assert [(one["trace_id"], one["span_id"], one.get("trace_state", ""), one.get("flags", 0)) for one in links] == [
        (one.trace_id.hex(), one.span_id.hex(), one.trace_state, one.flags) for one in span.links
    ]
    assert [plain(one["attributes"]) for one in links] == [
        plain(oracle.first_values(one.attributes)) for one in span.links
    ]


def _assert_envelope(row: Mapping[str, Any], sent: oracle.Sent) -> None:
    span = sent.span
    assert row["segment"] == "seg"
    assert (row["received_at_ns"], row["organization"]) == (1_000 + sent.request, f"org-{sent.request}")
    assert (row["trace_id"], row["span_id"]) == (span.trace_id, span.span_id)
    assert (row["parent_span_id"] or b"") == span.parent_span_id
    assert (row["name"], row["kind"], row["flags"]) == (span.name, span.kind, span.flags)
    assert (row["start_time_unix_nano"], row["end_time_unix_nano"]) == (
        span.start_time_unix_nano,
        span.end_time_unix_nano,
    )
    assert (row["status_code"], row["status_message"] or "") == (span.status.code, span.status.message)
    assert (row["trace_state"] or "") == span.trace_state
