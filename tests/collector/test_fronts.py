"""Both transports on a running collector: what the OTLP specification says a sender sees."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from collector.door.signals import SIGNALS, TRACES, Signal
from tests.collector.otlp import request, span
from tests.collector.running import Collector, Response, configuration, span_ids, wait_until

PROTOBUF, JSON = "application/x-protobuf", "application/json"
LIMIT, INFLATED = 100_000, 400_000


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    config = configuration(tmp_path_factory.mktemp("fronts"), max_request_bytes=LIMIT, max_inflated_bytes=INFLATED)
    with Collector(config) as collector:
        yield collector
        assert collector.stop() == 0, collector.errors()


def post(collector: Collector, body: Any, kind: str = PROTOBUF, path: str = "/v1/traces", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return collector.request("POST", path, body, {"content-type": kind, **named})


@pytest.mark.parametrize("prefix", ["", "/api/public/otel", "/otel"])
@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_known_path_answers_an_empty_request(collector: Collector, prefix: str, signal: Signal) -> None:
    path = f"{prefix}/v1/{signal.name}"
    answer = post(collector, b"", path=path)
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, PROTOBUF, b"")
    answer = post(collector, b"{}", JSON, path + "/")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, JSON, b"{}")


def test_the_answer_is_in_the_encoding_of_the_request(collector: Collector) -> None:
    body = request(span(), span(span_id=b""))
    answer = post(collector, body.SerializeToString())
    partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert (answer.status, partial.rejected_spans) == (200, 1)
    text = b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "", "spanId": ""}]}]}]}'
    answer = post(collector, text, "application/json; charset=utf-8")
    assert json.loads(answer.body)["partialSuccess"]["rejectedSpans"] == "1"


def test_bodies_may_come_in_chunks(collector: Collector) -> None:
    one = span("chunked")
    body = request(one).SerializeToString()
    answer = post(collector, iter([body[:7], body[7:50], body[50:]]))
    assert answer.status == 200
    wait_until(lambda: one.span_id in span_ids(collector.config), "the span to land")


def test_gzip_is_understood(collector: Collector) -> None:
    assert post(collector, gzip.compress(request(span()).SerializeToString()), content_encoding="gzip").status == 200


@pytest.mark.parametrize(
    ("body", "headers", "status", "code", "message"),
    [
        (b"\xff\xff", {}, 400, 3, "not a protobuf"),
        (b"{", {"kind": JSON}, 400, 3, "not JSON"),
        (b"x", {"kind": "text/plain"}, 415, 3, "'text/plain': expected application/x-protobuf or application/json"),
        (b"", {"kind": ""}, 415, 3, "expected application/x-protobuf"),
        (b"x", {"content_encoding": "zstd"}, 415, 3, "'zstd' is not supported"),
        (b"x", {"content_encoding": "deflate", "kind": JSON}, 415, 3, "'deflate' is not supported"),
        (b"x", {"content_encoding": "gzip"}, 400, 3, "not gzip"),
        (bytes(LIMIT + 1), {}, 413, 8, f"larger than {LIMIT} bytes"),
        (iter([bytes(LIMIT), b"x"]), {}, 413, 8, f"larger than {LIMIT} bytes"),
        (gzip.compress(bytes(INFLATED + 1), mtime=0), {"content_encoding": "gzip"}, 413, 8, "once inflated"),
        (b"", {"path": "/v1/profiles"}, 404, 12, "nothing is at /v1/profiles"),
        (b"", {"path": "/metrics"}, 405, 12, "/metrics takes GET"),
    ],
)
def test_refusals_say_why_in_the_encoding_of_the_request(
    collector: Collector, body: Any, headers: dict[str, str], status: int, code: int, message: str
) -> None:
    answer = post(collector, body, **headers)
    assert answer.status == status
    if headers.get("kind") == JSON:
        details = json.loads(answer.body)
        assert (answer.headers["content-type"], details["code"]) == (JSON, code)
        assert message in details["message"]
    else:
        said = Status.FromString(answer.body)
        assert (answer.headers["content-type"], said.code) == (PROTOBUF, code)
        assert message in said.message
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_is_told_which_one(collector: Collector, method: str) -> None:
    answer = collector.request(method, "/v1/traces")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_the_probe_of_openrouter_is_welcome(collector: Collector) -> None:
    assert collector.request("POST", "/v1/traces", None, {"X-Test-Connection": "true"}).status == 200
    assert post(collector, b"{}", JSON, X_Test_Connection="true").status == 200


def test_health_readiness_and_metrics(collector: Collector) -> None:
    assert collector.request("GET", "/nothing").status == 404
    assert collector.request("GET", "/healthz").status == 200
    ready = collector.request("GET", "/readyz")
    assert (ready.status, json.loads(ready.body)) == (200, {"status": "ok", "problems": []})
    assert collector.request("HEAD", "/healthz").body == b""
    text = collector.request("GET", "/metrics").body.decode()
    assert "spanledger_ready 1\n" in text
    assert 'spanledger_requests_total{answer="not_found",signal="none",transport="http"}' in text


def export(collector: Collector, signal: Signal = TRACES, **options: Any) -> Callable[..., Any]:
    channel = grpc.insecure_channel(collector.grpc_address, **options)
    return channel.unary_unary(
        f"/{signal.service}/Export", request_serializer=bytes, response_deserializer=signal.response.FromString
    )


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_grpc_answers_an_empty_request(collector: Collector, signal: Signal) -> None:
    assert export(collector, signal)(b"", timeout=20) == signal.response()


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_grpc_stores_spans_and_reports_rejected_ones(collector: Collector, compression: Any) -> None:
    one = span("by grpc")
    body = request(one, span(trace_id=b"")).SerializeToString()
    answer = export(collector)(body, timeout=20, compression=compression)
    assert answer.partial_success.rejected_spans == 1
    wait_until(lambda: one.span_id in span_ids(collector.config), "the span to land")


@pytest.mark.parametrize(
    ("body", "options", "code"),
    [
        (b"\xff\xff", {}, grpc.StatusCode.INVALID_ARGUMENT),
        (bytes(INFLATED + 1), {}, grpc.StatusCode.RESOURCE_EXHAUSTED),
        (bytes(INFLATED * 20), {"compression": grpc.Compression.Gzip}, grpc.StatusCode.RESOURCE_EXHAUSTED),
    ],
)
def test_grpc_refusals_are_not_retryable(
    collector: Collector, body: bytes, options: dict[str, Any], code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        export(collector)(body, timeout=20, **options)
    assert caught.value.code() is code
    assert "grpc-status-details-bin" not in dict(caught.value.trailing_metadata())


def test_without_disk_both_transports_ask_to_retry_and_readiness_says_why(tmp_path: Path) -> None:
    with Collector(configuration(tmp_path, log_segment_max_age_s=0.2)) as collector:
        # The log's folder is gone: what a broken mount looks like, whoever runs the test.
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        collector.config.log.rename(tmp_path / "elsewhere")
        body = request(span()).SerializeToString()
        answer = collector.send(body)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert Status.FromString(answer.body).code == 14
        with pytest.raises(grpc.RpcError) as caught:
            export(collector)(body, timeout=20)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        details = Status.FromString(dict(caught.value.trailing_metadata())["grpc-status-details-bin"]).details
        assert details[0].Is(RetryInfo.DESCRIPTOR)
        ready = collector.request("GET", "/readyz")
        assert ready.status == 503
        assert "write-ahead log cannot be written" in ready.body.decode()

        (tmp_path / "elsewhere").rename(collector.config.log)
        wait_until(lambda: collector.request("GET", "/readyz").status == 200, "the collector to recover")
        assert collector.send(body).status == 200
        assert collector.stop() == 0


def test_with_a_token_file_both_transports_ask_who_is_there(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(f'[[token]]\nsha256 = "{hashlib.sha256(b"secret").hexdigest()}"\norganization = "acme"\n')
    with Collector(configuration(tmp_path / "data", token_file=tokens)) as collector:
        body = request(span()).SerializeToString()
        answer = post(collector, body)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="spanledger"')
        assert post(collector, body, authorization="Bearer secret").status == 200
        with pytest.raises(grpc.RpcError) as caught:
            export(collector)(body, timeout=20)
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
        export(collector)(body, timeout=20, metadata=[("authorization", "Bearer secret")])
        assert "secret" not in collector.errors()
        assert collector.stop() == 0
