"""A user taken out of requests as they were sent: of texts in those that can be parsed, else of bytes."""

from collections.abc import Iterator

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from transforms.erasure import Subject
from transforms.pseudonyms import REQUESTS, names_user


def erased_request(body: bytes, signal: str, subject: Subject) -> bytes:
    """``body`` of ``signal`` (span, log, metric, outcome) without the user; the same bytes where it names nobody."""
    if signal not in REQUESTS:
        return _text(body, subject)
    request = REQUESTS[signal]()
    try:
        request.ParseFromString(body)
    except DecodeError:
        return subject.masked(body)
    changes = sum(_cleaned(request, subject))
    return request.SerializeToString() if changes else body


def _text(body: bytes, subject: Subject) -> bytes:
    try:
        return subject.replaced(body.decode()).encode()
    except UnicodeDecodeError:
        return subject.masked(body)


def _cleaned(message: Message, subject: Subject, key: str | None = None) -> Iterator[int]:
    if isinstance(message, KeyValue):
        key = message.key
    for field, value in message.ListFields():
        is_many = not isinstance(value, str | bytes | int | float | bool | Message)
        if field.type == field.TYPE_MESSAGE:
            for one in value if is_many else [value]:
                yield from _cleaned(one, subject, key)
        elif field.type == field.TYPE_STRING and is_many:
            for number, text in enumerate(value):
                yield value[number] != (new := subject.replaced(text, key))
                value[number] = new
        elif field.type == field.TYPE_STRING:
            if (new := subject.replaced(value, None if field.name == "key" else key)) != value:
                setattr(message, field.name, new)
                yield 1
        elif field.name == "int_value" and str(value) in subject.ids and key is not None and names_user(key):
            message.string_value = subject.alias  # type: ignore[attr-defined]  # an AnyValue
            yield 1
