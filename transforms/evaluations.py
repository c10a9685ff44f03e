"""Evaluation results on spans, as one canonical JSON text: what was evaluated, its score, its label.

Read from OpenTelemetry's event ``gen_ai.evaluation.result`` (also as a log record, which is a span by then: its
attributes) and from OpenInference's ``evaluations.<n>.evaluation.*`` attributes. The text is a JSON array, attributes
first, then events in their order::

    [{"name": "relevance", "score": 0.8, "label": "pass", "at_ns": null}, …]

``at_ns`` is an event's own time in unix nanoseconds. A result needs a name and a score or a label; a score that is no
finite number is null, and such a number is neither name nor label. Why it was given (the explanation) is a text of the
evaluator's and is not kept here. What was sent stays in ``attributes`` and ``events``.
"""

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from google.protobuf.message import DecodeError
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from transforms import typed
from transforms.arrays import spread
from transforms.attributes import Attributes
from transforms.decode import Decoded
from transforms.wire import UndecodableError

EVENT = "gen_ai.evaluation.result"

_KEY = re.compile(
    r"gen_ai\.evaluation\.(?P<named>name|score\.value|score\.label)"
    r"|evaluations\.(?P<number>\d{1,9})\.evaluation\.(?P<listed>name|score|label)"
)
_PARTS = {"name": "name", "score.value": "score", "score": "score", "score.label": "label", "label": "label"}

Said = dict[str, Any]
"""A result's parts as they were sent: name, score, label."""


def read(decoded: Decoded) -> pa.Array:
    """The column ``evaluations`` of a batch. Raises UndecodableError for an event that cannot be read."""
    found: dict[int, list[Said]] = {}
    for span, result in (*_of_attributes(decoded.attributes), *_of_events(decoded)):
        found.setdefault(span, []).append(result)
    if not found:
        return pa.nulls(len(decoded), pa.string())
    return pa.array([typed.dumps(found[span]) if span in found else None for span in range(len(decoded))], pa.string())


def is_result_key(key: str) -> bool:
    """Is an attribute under this key a part of a result?"""
    return _KEY.fullmatch(key) is not None


def _of_attributes(attributes: Attributes) -> list[tuple[int, Said]]:
    said: dict[tuple[int, int], Said] = {}
    for code, key in enumerate(attributes.keys):
        match = _KEY.fullmatch(key)
        if match:
            number = int(match["number"]) if match["number"] else -1
            for at in attributes.at_code(code).tolist():
                result = said.setdefault((int(attributes.owner[at]), number), {})
                result[_PARTS[match["named"] or match["listed"]]] = attributes.json(at)
    return [(span, result) for (span, _), sent in sorted(said.items()) for result in _results(sent, None)]


def _of_events(decoded: Decoded) -> list[tuple[int, Said]]:
    lists = decoded.spans.field("events")
    if not len(lists.values):
        return []
    at = np.flatnonzero(pc.greater_equal(pc.find_substring(lists.values, EVENT.encode()), 0))
    spans, items = spread(lists.offsets)[at].tolist(), lists.values.take(pa.array(at)).to_pylist()
    return [(span, result) for span, data in zip(spans, items, strict=True) for result in _event(data)]


def _event(data: bytes) -> Iterable[Said]:
    try:
        event = Span.Event.FromString(data)
    except DecodeError as error:
        raise UndecodableError(f"not a serialized OTLP event ({len(data)} bytes): {error}") from error
    if event.name != EVENT:
        return []
    said: Said = {}
    for item in event.attributes:
        match = _KEY.fullmatch(item.key)
        if match and match["named"]:
            said.setdefault(_PARTS[match["named"]], typed.to_json(item.value))
    return _results(said, event.time_unix_nano if 0 < event.time_unix_nano < 1 << 63 else None)


def _results(said: Said, at_ns: int | None) -> Iterable[Said]:
    """The result that was said; none where it says nothing."""
    name, score, label = _text(said.get("name")), _score(said.get("score")), _text(said.get("label"))
    if name is not None and (score is not None or label is not None):
        yield {"name": name, "score": score, "label": label, "at_ns": at_ns}


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else None


def _score(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        score = float(value)
    except (ValueError, OverflowError):
        return None
    return score if math.isfinite(score) else None
