"""Requests to columns: envelope columns, and long attribute tables of spans, resources and scopes.

Resources and scopes are read once per distinct resource or scope; ``resource`` and ``scope`` say which one a
span belongs to. Nothing is interpreted here and nothing is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from transforms.arrays import Ints, codes, spread, take
from transforms.attributes import Attributes
from transforms.wire import read, read_array


@dataclass(frozen=True)
class Group:
    """The distinct resources, or the distinct scopes, of a batch."""

    fields: pa.RecordBatch
    attributes: Attributes
    of_span: Ints  # span -> row of ``fields``


@dataclass(frozen=True)
class Decoded:
    """A batch of requests, ``len(spans)`` spans, in the order they were sent."""

    spans: pa.StructArray
    attributes: Attributes
    request: Ints  # span -> index of its request
    resource: Group
    scope: Group
    resource_schema_url: pa.Array  # per span
    scope_schema_url: pa.Array  # per span

    def __len__(self) -> int:
        return len(self.spans)


def decode(bodies: Sequence[bytes]) -> Decoded:
    """Read serialized ExportTraceServiceRequests.

    Raises:
        UndecodableError: if a body cannot be read.
    """
    resources = read("Request", bodies).column(0)
    scopes = resources.values.field("scope_spans")
    spans = scopes.values.field("spans")
    scope_of_span = spread(spans.offsets)
    resource_of_span = spread(scopes.offsets)[scope_of_span]
    return Decoded(
        spans=spans.values,
        attributes=Attributes(spans.values.field("attributes")),
        request=spread(resources.offsets)[resource_of_span],
        resource=_group("Resource", resources.values.field("resource"), resource_of_span),
        scope=_group("Scope", scopes.values.field("scope"), scope_of_span),
        resource_schema_url=take(resources.values.field("schema_url"), resource_of_span),
        scope_schema_url=take(scopes.values.field("schema_url"), scope_of_span),
    )


def _group(message: str, serialized: pa.Array, of_span: Ints) -> Group:
    distinct, which = codes(pc.fill_null(serialized, b""))
    fields = read_array(message, distinct)
    return Group(fields, Attributes(fields.column("attributes")), which[of_span])
