"""Senders over both transports that say what they were answered, and how long they were told to wait."""

import contextlib
import http.client
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no types

from collector.door.signals import TRACES
from tests.collector.running import Collector

Send = Callable[[bytes], tuple[str, float | None]]
"""Sends a request; the answer, and for one that may be sent again the seconds to wait."""


@contextlib.contextmanager
def over_http(collector: Collector) -> Iterator[Send]:
    """A sender with one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", collector.state["http_port"], timeout=60)

    def send(body: bytes) -> tuple[str, float | None]:
        connection.request("POST", "/v1/traces", body, {"content-type": "application/x-protobuf"})
        answer = connection.getresponse()
        answer.read()
        wait = answer.headers["retry-after"]
        return f"http {answer.status}", float(wait) if wait and answer.status in (429, 503) else None

    with contextlib.closing(connection):
        yield send


@contextlib.contextmanager
def over_grpc(collector: Collector) -> Iterator[Send]:
    """A sender with one channel."""
    with grpc.insecure_channel(collector.grpc_address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        export = channel.unary_unary(f"/{TRACES.service}/Export", request_serializer=bytes)

        def send(body: bytes) -> tuple[str, float | None]:
            try:
                export(body, timeout=60)
            except grpc.RpcError as error:
                return f"grpc {error.code().name}", _told_wait(error)
            return "grpc OK", None

        yield send


def _told_wait(error: Any) -> float | None:
    packed = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
    info = RetryInfo()
    for detail in Status.FromString(packed).details:
        if detail.Unpack(info):
            return float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)
    return None
