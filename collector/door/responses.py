"""Answers in words: the protobuf messages of OTLP, shared by both transports, and the JSON of outcomes."""

import json

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no types

from collector.door.answers import Answer, Kind
from collector.door.signals import JSON, PROTOBUF, Readable, Signal


def success(signal: Signal, answer: Answer) -> Message:
    """The Export…ServiceResponse; `partial_success` is set only where something was not stored, as OTLP demands."""
    response = signal.response()
    if answer.rejected:
        partial = response.partial_success  # type: ignore[attr-defined]  # every response of OTLP has it
        setattr(partial, signal.rejected_field, answer.rejected)
        partial.error_message = answer.message
    return response


def failure(answer: Answer) -> Status:
    """The google.rpc.Status that OTLP/HTTP sends with every 4xx and 5xx."""
    return Status(code=answer.kind.value.code, message=answer.message)


def body(signal: Readable | None, answer: Answer, *, is_json: bool) -> tuple[str, bytes]:
    """Content type and body of an HTTP answer: for OTLP in the encoding of the request, as it demands."""
    if signal is not None and not isinstance(signal, Signal):
        return JSON, _said(answer)
    message = success(signal, answer) if signal and answer.kind is Kind.OK else failure(answer)
    return (JSON, MessageToJson(message, indent=None).encode()) if is_json else (PROTOBUF, message.SerializeToString())


def _said(answer: Answer) -> bytes:
    """How many items were stored, which were not and why, and what is wrong with the request as a whole."""
    rejected = [{"index": item.index, "error": item.error} for item in answer.items]
    said: dict[str, object] = {"accepted": answer.accepted, "rejected": rejected}
    return json.dumps(said if answer.kind is Kind.OK else said | {"error": answer.message}).encode()
