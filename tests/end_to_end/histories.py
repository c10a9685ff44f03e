"""Histories for properties of the election: real and simulated traces, and what may be done to them.

A `Piece` is a span with its resource and scope. Nothing here knows how calls are elected; which spans are sightings of
which call is told by a build of the untouched history.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sample_traces import company
from sample_traces.otlp import key_values
from tests.transforms import oracle
from tests.transforms.comparing import rows_of

ORGANIZATION = "spanledger.organization"
YEAR_NS = 365 * 86_400 * 10**9


@dataclass
class Piece:
    """One span; ``origin`` names the organization it has when nothing is done to it, ``response_id`` is what a dialect
    reads there."""

    origin: str
    resource: Resource
    scope: InstrumentationScope
    span: Span
    response_id: str | None

    def moved(self, years: int) -> "Piece":
        """The same span by a clock that many years of 365 days wrong; never before 1970."""
        moved = self.copy()
        for name in ("start_time_unix_nano", "end_time_unix_nano"):
            setattr(moved.span, name, max(getattr(self.span, name) + years * YEAR_NS, 0))
        return moved

    def copy(self) -> "Piece":
        span = Span()
        span.CopyFrom(self.span)
        return replace(self, span=span)


@dataclass(frozen=True)
class Call:
    """What the untouched history's build says of one call; ``sightings`` are span ids in hex."""

    sightings: tuple[str, ...]
    operation: str | None
    response_id: str | None
    provider: str | None
    request_model: str | None
    response_model: str | None
    is_estimated: bool
    is_container_usage: bool
    counts: dict[str, int | None]


@dataclass
class Trace:
    """The spans of one trace that are to be changed, and the calls in it."""

    pieces: list[Piece]
    calls: list[Call]
    done: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, pieces: list[Piece], calls: Sequence[Call]) -> "Trace":
        """A trace with its calls; sightings of theirs in other traces are left out."""
        here = {piece.span.span_id.hex() for piece in pieces}
        return cls(
            pieces, [replace(call, sightings=tuple(filter(here.__contains__, call.sightings))) for call in calls]
        )

    def piece(self, span_id: str) -> Piece:
        return next(piece for piece in self.pieces if piece.span.span_id.hex() == span_id)

    def children(self, span_id: bytes) -> list[Piece]:
        return [piece for piece in self.pieces if piece.span.parent_span_id == span_id]

    def ancestors(self, piece: Piece) -> set[str]:
        """The ids of all spans above one, as far as they are here."""
        by_id = {one.span.span_id: one for one in self.pieces}
        found: set[str] = set()
        parent = by_id.get(piece.span.parent_span_id)
        while parent and parent.span.span_id.hex() not in found:
            found.add(parent.span.span_id.hex())
            parent = by_id.get(parent.span.parent_span_id)
        return found

    def calls_below(self, tops: Sequence[Piece]) -> list[Call]:
        """The calls with a sighting at or below ``tops``."""
        waiting, seen = [piece.span.span_id for piece in tops], set()
        while waiting:
            span_id = waiting.pop()
            if span_id.hex() not in seen:
                seen.add(span_id.hex())
                waiting += [child.span.span_id for child in self.children(span_id)]
        return [call for call in self.calls if seen & set(call.sightings)]

    def insert(self, piece: Piece, above: Sequence[Piece]) -> None:
        """``piece`` becomes the parent of ``above``."""
        for child in above:
            child.span.parent_span_id = piece.span.span_id
        self.pieces.append(piece)


def pieces(seed: int) -> list[Piece]:
    """A few simulated days and all recordings; each recording is an organization of its own."""
    history = company.simulate(seed, days=8, scale=0.12, end=date(2026, 11, 1))
    made = _pieces(list(company.requests(history)), "")
    for recording in oracle.recordings():
        made += _pieces(list(oracle.bodies_of(recording).values()), recording)
    return made


def _pieces(bodies: list[bytes], recording: str) -> list[Piece]:
    rows = rows_of(bodies)
    return [
        Piece(
            recording or row["resource_tag_organization"] or "", one.resource, one.scope, one.span, row["response_id"]
        )
        for one, row in zip(oracle.sent(bodies), rows, strict=True)
    ]


def traces(history: Iterable[Piece]) -> dict[tuple[str, str], list[Piece]]:
    """Copies of the pieces by origin and trace id."""
    found: dict[tuple[str, str], list[Piece]] = {}
    for piece in history:
        found.setdefault((piece.origin, piece.span.trace_id.hex()), []).append(piece.copy())
    return found


def request(variant: str, some: Sequence[Piece], process: str | None = None) -> bytes:
    """An export request of an organization named after variant and origin; ``process`` marks each resource."""
    message = ExportTraceServiceRequest()
    for piece in some:
        resource_spans = message.resource_spans.add()
        kept = [item for item in piece.resource.attributes if item.key != ORGANIZATION]
        named: dict[str, Any] = {ORGANIZATION: f"{variant}/{piece.origin}", "service.instance.id": process}
        resource_spans.resource.attributes.extend([*kept, *key_values(named)])
        scope_spans = resource_spans.scope_spans.add()
        scope_spans.scope.CopyFrom(piece.scope)
        scope_spans.spans.append(piece.span)
    return message.SerializeToString(deterministic=True)


def requests(variant: str, some: Sequence[Piece], size: int = 500) -> Iterator[bytes]:
    for start in range(0, len(some), size):
        yield request(variant, some[start : start + size])


def new_piece(like: Piece, rng: random.Random, scope: str, name: str, attributes: list[KeyValue]) -> Piece:
    """A span of the same trace, parent and times as another, with its own id, scope and attributes."""
    made = Span(
        trace_id=like.span.trace_id,
        span_id=rng.randbytes(8),
        parent_span_id=like.span.parent_span_id,
        name=name,
        start_time_unix_nano=like.span.start_time_unix_nano,
        end_time_unix_nano=like.span.end_time_unix_nano,
        attributes=attributes,
    )
    return Piece(like.origin, like.resource, InstrumentationScope(name=scope, version="9.9.9"), made, None)
