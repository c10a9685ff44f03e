"""OTLP/gRPC: hands raw requests to the core and says its answers in gRPC's words."""

import concurrent.futures
import functools
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no types

from collector.answers import RETRY_AFTER_S, Answer, Kind, RefusedError
from collector.gate import Caller
from collector.receive import Incoming, Receiver
from collector.responses import success
from collector.signals import SIGNALS, Signal
from collector.tls import of_grpc

# Each request waits in a thread for its group commit, so the threads are how many requests a commit can hold.
_THREADS = 64
_MAX_STREAMS = 128  # of one connection; what is above waits at the sender instead of in our memory
_MAX_CALLS = 4096
_CODES = {code.value[0]: code for code in grpc.StatusCode}


class PortTakenError(RuntimeError):
    """The address cannot be listened on."""


def start_grpc(receiver: Receiver, host: str, port: int, max_bytes: int, credentials: Any = None) -> tuple[Any, int]:
    """Start listening, with TLS where there are ``credentials``; returns the server and its port.

    Raises PortTakenError.
    """
    server = grpc.server(
        concurrent.futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="grpc"),
        maximum_concurrent_rpcs=_MAX_CALLS,
        options=[
            ("grpc.max_receive_message_length", max_bytes),
            ("grpc.max_concurrent_streams", _MAX_STREAMS),
            ("grpc.so_reuseport", 0),
        ],
    )
    server.add_generic_rpc_handlers([_handlers(receiver, signal) for signal in SIGNALS])
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        add = server.add_insecure_port if credentials is None else _secure(server, credentials)
        bound = add(address)
    except RuntimeError as error:
        raise PortTakenError(
            f"gRPC cannot listen on {address}: in use, or no address of this machine; set SPANLEDGER_GRPC_PORT"
        ) from error
    server.start()
    return server, bound


def _secure(server: Any, credentials: Any) -> Callable[[str], int]:
    return lambda address: int(server.add_secure_port(address, credentials))


def _handlers(receiver: Receiver, signal: Signal) -> Any:
    # Without (de)serialisers grpc hands the bytes through. Declared as a stream, the one request is not read or
    # inflated before we ask for it, which is after we know who sends it; on the wire both are the same.
    method = grpc.stream_unary_rpc_method_handler(functools.partial(_export, receiver, signal))
    return grpc.method_handlers_generic_handler(signal.service, {"Export": method})


def _export(receiver: Receiver, signal: Signal, requests: Iterator[bytes], context: Any) -> bytes:
    answer = _take(receiver, signal, requests, context)
    if answer.kind is Kind.OK:
        return success(signal, answer).SerializeToString()
    return _refuse(answer, context.set_trailing_metadata, context.abort)


def _take(receiver: Receiver, signal: Signal, requests: Iterator[bytes], context: Any) -> Answer:
    caller = Caller(_headers(context.invocation_metadata()), _peer(context.peer()), of_grpc(context.auth_context()))
    try:
        admitted = receiver.admit(signal, "grpc", caller)
    except RefusedError as refused:
        receiver.count_refusal(signal, "grpc", refused.answer)
        return refused.answer
    body = next(requests, None)
    if body is None:
        return Answer(Kind.INVALID, "the call ended before its request")
    return receiver.receive(Incoming(signal, "grpc", body, caller.headers, admitted)).result()


def _peer(said: str) -> str:
    """The address in gRPC's name for a peer: `ipv4:192.0.2.7:51200` or `ipv6:%5B::1%5D:51200`."""
    return urllib.parse.unquote(said.partition(":")[2].rpartition(":")[0]).strip("[]") or said


def _headers(metadata: Sequence[tuple[str, str | bytes]]) -> dict[str, str]:
    return {key: value for key, value in metadata if isinstance(value, str)}


def _refuse(answer: Answer, set_trailing: Callable[[Any], None], abort: Callable[[Any, str], Any]) -> bytes:
    """End the call in error; a retryable one says so with RetryInfo, as OTLP asks."""
    rule = answer.kind.value
    if rule.is_retryable:
        detail = AnyMessage()
        detail.Pack(RetryInfo(retry_delay=Duration(seconds=RETRY_AFTER_S)))
        status = Status(code=rule.code, message=answer.message, details=[detail])
        set_trailing((("grpc-status-details-bin", status.SerializeToString()),))
    abort(_CODES[rule.code], answer.message)
    raise AssertionError("abort raises")
