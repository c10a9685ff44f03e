"""OTLP/gRPC: hands raw requests to the core and says its answers in gRPC's words."""

import concurrent.futures
import functools
import math
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no types

from collector.door.answers import Answer, Kind, RefusedError
from collector.door.gate import Caller
from collector.door.grpc_calls import MAX_WAITING, Calls, Handlers
from collector.door.limited_connection import DEFAULTS, ConnectionLimits
from collector.door.reading_memory import ReadingMemory
from collector.door.receive import Incoming, Receiver
from collector.door.responses import success
from collector.door.signals import SIGNALS, Signal
from collector.door.tls import of_grpc

# Each request waits in a thread for its group commit, so the threads are how many requests a commit can hold.
_THREADS = 64
_UNASKED = 256 * 1024  # bytes of a message that come before we ask for it
_MAX_STREAMS = 128  # of one connection; what is above waits at the sender instead of in our memory
_GZIP_MAGIC = b"\x1f\x8b"  # no protobuf starts so: it would be a field of a wire type that there is not
_NO_COMPRESSION, _GZIP = 1, 1 << 2  # bits of grpc's compression algorithms
_HANDSHAKE_S, _PING_S, _PING_TIMEOUT_S, _CLIENT_PING_S = 10, 60, 20, 10
_CODES = {code.value[0]: code for code in grpc.StatusCode}


Bounds = tuple[Calls, ReadingMemory]


class PortTakenError(RuntimeError):
    """The address cannot be listened on."""


def start_grpc(
    receiver: Receiver,
    host: str,
    port: int,
    max_bytes: int,
    credentials: Any = None,
    limits: ConnectionLimits = DEFAULTS,
    memory: ReadingMemory | None = None,
) -> tuple[Any, int]:
    """Start listening, with TLS where there are ``credentials``; returns the server and its port.

    A message may have ``max_bytes`` as it arrives; all at hand count in ``memory``. Raises PortTakenError.
    """
    server = grpc.server(
        concurrent.futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="grpc"),
        options=[*_options(max_bytes, limits).items()],
    )
    memory = memory or ReadingMemory(_THREADS * max_bytes)
    calls = Calls(limits.request_timeout_s, readers=memory.readers(max_bytes))
    methods = {
        f"/{signal.service}/Export": grpc.stream_unary_rpc_method_handler(
            functools.partial(_export, receiver, signal, (calls, memory))
        )
        for signal in SIGNALS
    }
    server.add_generic_rpc_handlers([Handlers(methods, functools.partial(_turn_away, receiver), calls)])
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        add = server.add_insecure_port if credentials is None else _secure(server, credentials)
        bound = add(address)
    except RuntimeError as error:
        raise PortTakenError(
            f"gRPC cannot listen on {address}: in use, or no address of this machine; set SPANLEDGER_GRPC_PORT"
        ) from error
    server.start()
    calls.watch(server)
    return server, bound


def _options(max_bytes: int, limits: ConnectionLimits) -> dict[str, int]:
    return {
        "grpc.max_receive_message_length": max_bytes,
        "grpc.per_message_decompression": 0,  # we inflate, within our limits and with a faster library
        "grpc.compression_enabled_algorithms_bitset": _NO_COMPRESSION | _GZIP,  # others are refused, as over HTTP
        "grpc.max_concurrent_streams": _MAX_STREAMS,
        "grpc.http2.bdp_probe": 0,  # else it takes megabytes of each call before we ask for its message
        "grpc.http2.lookahead_bytes": _UNASKED,
        "grpc.so_reuseport": 0,
        "grpc.max_allowed_incoming_connections": limits.max_connections,
        "grpc.server_handshake_timeout_ms": int(min(_HANDSHAKE_S, limits.request_timeout_s) * 1000),
        "grpc.max_connection_idle_ms": int(limits.idle_s * 1000),  # told to go, exporters come back when they have more
        "grpc.keepalive_time_ms": _PING_S * 1000,  # finds connections whose other end is gone
        "grpc.keepalive_timeout_ms": _PING_TIMEOUT_S * 1000,
        "grpc.keepalive_permit_without_calls": 1,
        "grpc.http2.min_recv_ping_interval_without_data_ms": _CLIENT_PING_S * 1000,  # exporters may look for us too
    }


def _secure(server: Any, credentials: Any) -> Callable[[str], int]:
    return lambda address: int(server.add_secure_port(address, credentials))


# Declared as a stream of requests, the one there is is not read before we ask for it, which is after we know who sends
# it; on the wire both are the same. Without (de)serialisers grpc hands the bytes through.
def _export(receiver: Receiver, signal: Signal, bounds: Bounds, requests: Iterator[bytes], context: Any) -> bytes:
    bounds[0].start()
    try:
        answer = _take(receiver, signal, bounds, requests, context)
    except RefusedError as refused:
        answer = refused.answer
        receiver.count_refusal(signal, "grpc", answer)
    if answer.kind is Kind.OK:
        return success(signal, answer).SerializeToString()
    return _refuse(answer, context.set_trailing_metadata, context.abort)


def _take(receiver: Receiver, signal: Signal, bounds: Bounds, requests: Iterator[bytes], context: Any) -> Answer:
    calls, memory = bounds
    caller = Caller(_headers(context.invocation_metadata()), _peer(context.peer()), of_grpc(context.auth_context()))
    admitted = receiver.admit(signal, "grpc", caller)
    with memory.hold(admitted.name or caller.peer) as held:
        body = calls.read(requests, context)
        if body is None:
            return Answer(Kind.INVALID, "the call ended before its request")
        held.add(len(body))
        encoding = "gzip" if body.startswith(_GZIP_MAGIC) else ""
        incoming = Incoming(signal, "grpc", body, caller.headers, admitted, encoding=encoding, peer=caller.peer)
        return receiver.receive(incoming).result()


def _turn_away(receiver: Receiver, _requests: Iterator[bytes], context: Any) -> bytes:
    answer = Answer(Kind.BUSY, f"{MAX_WAITING} calls are waiting already")
    receiver.count_refusal(None, "grpc", answer)
    return _refuse(answer, context.set_trailing_metadata, context.abort)


def _peer(said: str) -> str:
    """The address in gRPC's name for a peer: `ipv4:192.0.2.7:51200` or `ipv6:%5B::1%5D:51200`."""
    return urllib.parse.unquote(said.partition(":")[2].rpartition(":")[0]).strip("[]") or said


def _headers(metadata: Sequence[tuple[str, str | bytes]]) -> dict[str, str]:
    return {key: value for key, value in metadata if isinstance(value, str)}


def _refuse(answer: Answer, set_trailing: Callable[[Any], None], abort: Callable[[Any, str], Any]) -> bytes:
    """End the call in error; a retryable one says so with RetryInfo, as OTLP asks."""
    rule = answer.kind.value
    if rule.is_retryable:
        delay = Duration()
        delay.FromMilliseconds(math.ceil(answer.retry_after_s * 1000))
        info, detail = RetryInfo(retry_delay=delay), AnyMessage()
        detail.Pack(info)
        status = Status(code=rule.code, message=answer.message, details=[detail])
        trailing = {"grpc-status-details-bin": status, "google.rpc.retryinfo-bin": info}  # the latter is Python's place
        set_trailing(tuple((name, message.SerializeToString()) for name, message in trailing.items()))
    abort(_CODES[rule.code], answer.message)
    raise AssertionError("abort raises")
