"""The two OTLP transports as a sender sees them: one export, one reply, no retrying.

OTLP 1.x, "OTLP/gRPC response" and "OTLP/HTTP response": which failures may be retried, how a server asks for a pause
(RetryInfo, Retry-After), and what a partial success says.
"""

import gzip
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlsplit

import grpc
from google.protobuf.json_format import Parse, ParseError
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]  # ship no types
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

EXPORT_METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
TRACES_PATH = "/v1/traces"
PROTOCOLS = ("grpc", "http/protobuf", "http/json")
RETRYABLE_HTTP = (429, 502, 503, 504)
RETRYABLE_GRPC = ("CANCELLED", "DEADLINE_EXCEEDED", "ABORTED", "OUT_OF_RANGE", "UNAVAILABLE", "DATA_LOSS")


@dataclass(frozen=True)
class Reply:
    """What came back: taken (with ``rejected`` spans and the server's ``message``), or not, and then what to do."""

    is_taken: bool
    rejected: int = 0
    message: str = ""
    is_retryable: bool = False
    retry_after_s: float | None = None


class Door(Protocol):
    """One connection to a receiver."""

    def export(self, body: bytes) -> Reply:
        """Send one export request as it is and wait for the reply; network failures are replies too."""

    def close(self) -> None:
        """Give the connection back."""


def open_door(endpoint: str, protocol: str, headers: Mapping[str, str], timeout_s: float) -> Door:
    """A door for one of `PROTOCOLS`; the endpoint as in OTEL_EXPORTER_OTLP_ENDPOINT, scheme optional."""
    match protocol:
        case "grpc":
            return GrpcDoor(endpoint, headers, timeout_s)
        case "http/protobuf" | "http/json":
            return HttpDoor(endpoint, headers, timeout_s, is_json=protocol == "http/json")
        case _:
            raise ValueError(f"protocol {protocol!r} is not known; expected one of {', '.join(PROTOCOLS)}")


def _taken(body: bytes, is_json: bool = False) -> Reply:
    try:
        answer = Parse(body, ExportTraceServiceResponse()) if is_json else ExportTraceServiceResponse.FromString(body)
        partial = answer.partial_success
    except (DecodeError, ParseError) as error:
        return Reply(False, message=f"the answer is no ExportTraceServiceResponse: {error}")
    return Reply(True, partial.rejected_spans, partial.error_message)


class GrpcDoor:
    """OTLP/gRPC. Bodies pass through unchanged; the library does not decode them again."""

    def __init__(self, endpoint: str, headers: Mapping[str, str], timeout_s: float) -> None:
        url = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}")
        secure = url.scheme == "https"
        self._channel = (
            grpc.secure_channel(url.netloc, grpc.ssl_channel_credentials())
            if secure
            else grpc.insecure_channel(url.netloc, compression=grpc.Compression.Gzip)
        )
        self._export = self._channel.unary_unary(EXPORT_METHOD)
        self._metadata = tuple((key.lower(), value) for key, value in headers.items())
        self._timeout_s = timeout_s

    def export(self, body: bytes) -> Reply:
        """See `Door.export`."""
        try:
            return _taken(self._export(body, timeout=self._timeout_s, metadata=self._metadata))
        except grpc.RpcError as error:
            code, pause = error.code().name, _pause_asked(error)
            is_retryable = code in RETRYABLE_GRPC or (code == "RESOURCE_EXHAUSTED" and pause is not None)
            return Reply(False, 0, f"{code}: {error.details()}", is_retryable, pause)

    def close(self) -> None:
        """See `Door.close`."""
        self._channel.close()


def _pause_asked(error: "grpc.RpcError") -> float | None:
    """Seconds of a RetryInfo among the status details, if there is one."""
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        for detail in status_pb2.Status.FromString(value).details:
            info = error_details_pb2.RetryInfo()
            if detail.Unpack(info):
                return float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)
    return None


class HttpDoor:
    """OTLP/HTTP with gzipped bodies, protobuf or JSON, over one kept connection."""

    def __init__(self, endpoint: str, headers: Mapping[str, str], timeout_s: float, is_json: bool) -> None:
        url = urlsplit(endpoint if "//" in endpoint else f"http://{endpoint}")
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(url.hostname or "", url.port, timeout=timeout_s)
        path = url.path.rstrip("/")
        self._path = path if path.endswith(TRACES_PATH) else path + TRACES_PATH
        self._is_json = is_json
        kind_of_body = "application/json" if is_json else "application/x-protobuf"
        encoded = {"content-type": kind_of_body, "content-encoding": "gzip"}
        self._headers = {**headers, **encoded}

    def export(self, body: bytes) -> Reply:
        """See `Door.export`."""
        try:
            self._connection.request("POST", self._path, gzip.compress(body, 1, mtime=0), self._headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()  # the next request opens a new one
            return Reply(False, 0, f"{type(error).__name__}: {error}", is_retryable=True)
        if answer.status == 200:
            return _taken(content, self._is_json)
        pause = _seconds(answer.headers.get("retry-after"))
        return Reply(False, 0, f"HTTP {answer.status}: {self._reason(content)}", answer.status in RETRYABLE_HTTP, pause)

    def close(self) -> None:
        """See `Door.close`."""
        self._connection.close()

    def _reason(self, content: bytes) -> str:
        """The message of the google.rpc.Status that OTLP/HTTP answers failures with, else the start of the body."""
        status = status_pb2.Status()
        try:
            return str((Parse(content, status) if self._is_json else status_pb2.Status.FromString(content)).message)
        except (DecodeError, ParseError):
            return content[:200].decode(errors="replace")


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After as seconds: a number or an HTTP date."""
    if retry_after is None:
        return None
    if retry_after.isdigit():
        return float(retry_after)
    return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
