"""OTLP on the wire, as one Arrow batch: everything about the protobuf reader lives here.

ptars turns serialized messages of a known, non-recursive schema into Arrow arrays. OTLP is recursive (an
AnyValue holds AnyValues), so a wire-compatible schema is declared in which values, arrays, key-value lists, events,
links, resources and scopes stay ``bytes``: few of them are distinct, and each distinct one is read once.
"""

from collections.abc import Sequence

import ptars
import pyarrow as pa
from google.protobuf import descriptor_pb2, descriptor_pool

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "string": _Field.TYPE_STRING,
    "bool": _Field.TYPE_BOOL,
    "int64": _Field.TYPE_INT64,
    "int32": _Field.TYPE_INT32,
    "double": _Field.TYPE_DOUBLE,
    "bytes": _Field.TYPE_BYTES,
    "fixed64": _Field.TYPE_FIXED64,
    "fixed32": _Field.TYPE_FIXED32,
    "uint32": _Field.TYPE_UINT32,
}
# message -> "name number type", a trailing * for repeated; numbers as in opentelemetry-proto 1.9
_MESSAGES = {
    "AnyValue": "string_value 1 string, bool_value 2 bool, int_value 3 int64, double_value 4 double, "
    "array_value 5 bytes, kvlist_value 6 bytes, bytes_value 7 bytes",
    "KeyValue": "key 1 string, value 2 bytes",
    "Status": "message 2 string, code 3 int32",
    "Span": "trace_id 1 bytes, span_id 2 bytes, trace_state 3 string, parent_span_id 4 bytes, name 5 string, "
    "kind 6 int32, start_time_unix_nano 7 fixed64, end_time_unix_nano 8 fixed64, attributes 9 KeyValue*, "
    "dropped_attributes_count 10 uint32, events 11 bytes*, dropped_events_count 12 uint32, links 13 bytes*, "
    "dropped_links_count 14 uint32, status 15 Status, flags 16 fixed32",
    "Scope": "name 1 string, version 2 string, attributes 3 KeyValue*, dropped_attributes_count 4 uint32",
    "ScopeSpans": "scope 1 bytes, spans 2 Span*, schema_url 3 string",
    "Resource": "attributes 1 KeyValue*, dropped_attributes_count 2 uint32, entity_refs 3 bytes*",
    "ResourceSpans": "resource 1 bytes, scope_spans 2 ScopeSpans*, schema_url 3 string",
    "Request": "resource_spans 1 ResourceSpans*",
}


class UndecodableError(ValueError):
    """A body is not a serialized ExportTraceServiceRequest; the message says which one and why."""


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="otlp_flat.proto", package="flat", syntax="proto3")
    for message_name, fields in _MESSAGES.items():
        message = file.message_type.add(name=message_name)
        if message_name == "AnyValue":
            message.oneof_decl.add(name="value")
        for spec in fields.split(", "):
            name, number, type_ = spec.split()
            repeated = type_.endswith("*")
            field = message.field.add(name=name, number=int(number))
            field.label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
            type_ = type_.rstrip("*")
            if type_ in _SCALARS:
                field.type = _SCALARS[type_]
            else:
                field.type, field.type_name = _Field.TYPE_MESSAGE, f".flat.{type_}"
            if message_name == "AnyValue":
                field.oneof_index = 0
    return file


def _descriptors() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file())
    return pool


_DESCRIPTORS = _descriptors().FindFileByName("otlp_flat.proto")
_HANDLERS = ptars.HandlerPool([_DESCRIPTORS])


def read(message: str, bodies: Sequence[bytes]) -> pa.RecordBatch:
    """Read many serialized messages of one kind: a row per body, a column per field.

    Raises:
        UndecodableError: naming the first body that cannot be read.
    """
    handler = _HANDLERS.get_for_message(_DESCRIPTORS.message_types_by_name[message])
    try:
        return handler.list_to_record_batch(list(bodies))
    except ValueError as error:
        if len(bodies) == 1:
            raise UndecodableError(f"not a serialized OTLP {message} ({len(bodies[0])} bytes): {error}") from error
    for number, body in enumerate(bodies):
        try:
            handler.list_to_record_batch([body])
        except ValueError as error:
            raise UndecodableError(
                f"number {number} of {len(bodies)} is not a serialized OTLP {message} ({len(body)} bytes): {error}"
            ) from error
    raise UndecodableError(f"{len(bodies)} OTLP {message} messages can be read one by one but not together")


def read_array(message: str, sent: pa.BinaryArray) -> pa.RecordBatch:
    """As `read`, of bodies that stand in an Arrow array without nulls.

    Raises:
        UndecodableError: naming the first body that cannot be read.
    """
    handler = _HANDLERS.get_for_message(_DESCRIPTORS.message_types_by_name[message])
    try:
        return handler.array_to_record_batch(sent)
    except ValueError:
        return read(message, sent.to_pylist())  # says which one
