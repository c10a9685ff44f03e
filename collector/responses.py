"""The protobuf messages of answers, shared by both transports."""

from google.protobuf.message import Message
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no types

from collector.answers import Answer
from collector.signals import Signal


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
