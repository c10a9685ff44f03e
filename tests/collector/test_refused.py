"""Every endpoint, both transports, each kind of caller who may not: refused, nothing stored, logged once."""

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import grpc
import pyarrow.parquet as pq
import pytest

from collector.door.http_front import OUTCOMES_PATH, POST_PATHS
from collector.door.signals import SIGNALS, Signal
from tests.collector.otlp import request, span
from tests.collector.running import Collector, Response, configuration, span_ids, wait_until

PAGES = ("/metrics", "/openapi.json")
GOOD = {
    "ingest": "good-ingest",
    "outcomes": "good-outcomes",
    "read": "good-read",
}
LATER = "not_before = 2099-01-01T00:00:00Z"
OVER = "expires = 2020-01-01T00:00:00Z"
REVOKED = "revoked = 2026-01-01T00:00:00Z"
STRANGERS = {"none": None, "unknown": "guessed", "expired": "old", "not yet": "new", "revoked": "gone"}
REASONS = {
    "none": "a token is needed",
    "unknown": "the token is not known here",
    "expired": "the token has expired",
    "not yet": "the token does not hold yet",
    "revoked": "the token has been revoked",
}
BODY = request(span("must not be stored")).SerializeToString()


def entry(secret: str, scopes: list[str], line: str = "", organization: str = "acme") -> str:
    digest = hashlib.sha256(secret.encode()).hexdigest()
    head = f'[[token]]\nname = "{secret} entry"\nsha256 = "{digest}"\norganization = "{organization}"\n'
    return f"{head}scopes = {json.dumps(scopes)}\n{line}\n"


def every_entry(*lines: str) -> str:
    everything = ["ingest", "outcomes", "budget", "read", "admin"]
    over = [entry("old", everything, OVER), entry("new", everything, LATER), entry("gone", everything, REVOKED)]
    return "".join([*(entry(secret, [scope]) for scope, secret in GOOD.items()), *over, *lines])


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    folder = tmp_path_factory.mktemp("refused")
    (folder / "tokens.toml").write_text(every_entry())
    config = configuration(folder, token_file=folder / "tokens.toml", log_segment_max_age_s=0.2)
    with Collector(config) as collector:
        yield collector
        assert collector.stop() == 0, collector.errors()


def bearer(secret: str | None) -> dict[str, str]:
    return {} if secret is None else {"authorization": f"Bearer {secret}"}


def post(collector: Collector, path: str, secret: str | None, body: bytes | None = None) -> Response:
    signal = POST_PATHS[path]
    media = signal.media[0]
    if body is None:
        body = b'[{"task_id": "t", "outcome": "success"}]' if path == OUTCOMES_PATH else BODY
    return collector.request("POST", path, body, {"content-type": media, **bearer(secret)})


def export(collector: Collector, signal: Signal, secret: str | None, body: bytes = BODY) -> grpc.StatusCode:
    with grpc.insecure_channel(collector.grpc_address) as channel:
        call = channel.unary_unary(f"/{signal.service}/Export", bytes, bytes)
        try:
            call(body, timeout=20, metadata=list(bearer(secret).items()))
        except grpc.RpcError as refused:
            code: grpc.StatusCode = refused.code()
            return code
    return grpc.StatusCode.OK


def scope_of(path: str) -> str:
    return POST_PATHS[path].scope if path in POST_PATHS else "read"


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("path", [*POST_PATHS, *PAGES])
def test_over_http_strangers_get_nowhere(collector: Collector, path: str, who: str) -> None:
    answer = (
        collector.request("GET", path, None, bearer(STRANGERS[who]))
        if path in PAGES
        else post(collector, path, STRANGERS[who])
    )
    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="spanledger"')
    assert REASONS[who].encode() in answer.body


@pytest.mark.parametrize("path", [*POST_PATHS, *PAGES])
def test_over_http_the_scope_is_asked_for(collector: Collector, path: str) -> None:
    for scope, secret in GOOD.items():
        answer = (
            collector.request("GET", path, None, bearer(secret))
            if path in PAGES
            else post(collector, path, secret, b"[]" if path == OUTCOMES_PATH else b"")
        )
        assert answer.status == (200 if scope == scope_of(path) else 403), (scope, answer.body)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_over_grpc_strangers_get_nowhere_and_the_scope_is_asked_for(collector: Collector, signal: Signal) -> None:
    for secret in STRANGERS.values():
        assert export(collector, signal, secret) is grpc.StatusCode.UNAUTHENTICATED
    for scope, secret in GOOD.items():
        expected = grpc.StatusCode.OK if scope == signal.scope else grpc.StatusCode.PERMISSION_DENIED
        assert export(collector, signal, secret, b"") is expected


def test_health_is_for_everyone_and_readiness_without_its_reasons(collector: Collector) -> None:
    for secret in STRANGERS.values():
        assert collector.request("GET", "/healthz", None, bearer(secret)).status == 200
        assert json.loads(collector.request("GET", "/readyz", None, bearer(secret)).body) == {"status": "ok"}
    assert json.loads(collector.request("GET", "/readyz", None, bearer("good-read")).body)["problems"] == []


def test_nothing_of_it_is_stored_and_each_reason_is_logged_once_without_the_secret(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(every_entry())
    config = configuration(tmp_path / "data", token_file=tokens)
    with Collector(config) as collector:
        for _ in range(3):
            for secret in STRANGERS.values():
                post(collector, "/v1/traces", secret)
                export(collector, SIGNALS[0], secret)
            post(collector, OUTCOMES_PATH, "good-ingest")
            export(collector, SIGNALS[0], "good-read")
        text = collector.request("GET", "/metrics", None, bearer("good-read")).body.decode()
        assert "spanledger_log_requests_total 0\n" in text
        assert collector.stop() == 0
    assert span_ids(config) == []
    assert not list((config.data / "records").rglob("*.parquet"))
    said = collector.errors()
    refused = [line.partition("refused ")[2] for line in said.splitlines() if " refused " in line]
    first = [line for line in refused if "more times" not in line]
    assert len(first) == len(set(first)) == len(STRANGERS) + 2, said
    assert sum("5 more times within a minute" in line for line in refused) == len(STRANGERS)
    assert sum("2 more times within a minute" in line for line in refused) == 2
    for secret in (*GOOD.values(), "guessed"):
        assert f"{secret}\n" not in said
        assert f"Bearer {secret}" not in said
    assert hashlib.sha256(b"old").hexdigest() not in said


def test_a_request_caught_on_its_way_is_worth_nothing_once_its_token_is_not(tmp_path: Path) -> None:
    """Replay: within the token's life the same request again is the same spans; after it, it is refused."""
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(entry("caught", ["ingest", "outcomes"]))
    one = span("caught")
    body = request(one).SerializeToString()
    config = configuration(tmp_path / "data", token_file=tokens)
    with Collector(config) as collector:
        assert post(collector, "/v1/traces", "caught", body).status == 200
        assert export(collector, SIGNALS[0], "caught", body) is grpc.StatusCode.OK
        tokens.write_text(entry("caught", ["ingest", "outcomes"], REVOKED) + entry("renewed", ["ingest"]))
        wait_until(lambda: post(collector, "/v1/traces", "caught", body).status == 401, "the file to be read again")
        assert export(collector, SIGNALS[0], "caught", body) is grpc.StatusCode.UNAUTHENTICATED
        assert post(collector, OUTCOMES_PATH, "caught").status == 401
        assert post(collector, "/v1/traces", "renewed", b"").status == 200

        tokens.write_text("[[token]")
        wait_until(lambda: "the changed token file cannot be used" in collector.errors(), "the fault to be said")
        assert post(collector, "/v1/traces", "renewed", b"").status == 200, "the tokens before still hold"
        assert collector.stop() == 0
    assert set(span_ids(config)) == {one.span_id}


def test_who_is_not_let_in_is_told_so_before_anything_of_the_body_is_taken(collector: Collector) -> None:
    head = (
        "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        "Content-Encoding: gzip\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", collector.state["http_port"]), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 401 ")

    waiting = threading.Event()

    def never() -> Iterator[bytes]:
        waiting.wait(20)
        yield BODY

    with grpc.insecure_channel(collector.grpc_address) as channel:
        call = channel.stream_unary(f"/{SIGNALS[0].service}/Export", bytes, bytes)
        with pytest.raises(grpc.RpcError) as caught:
            call(never(), timeout=20)
        waiting.set()
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_organizations_cannot_speak_for_each_other(tmp_path: Path) -> None:
    """What a token brings is its organization's, whatever the spans, their resource or baggage claim."""
    tokens = tmp_path / "tokens.toml"
    both = ["ingest", "outcomes"]
    tokens.write_text(entry("a", both, organization="acme") + entry("b", both, organization="beta"))
    config = configuration(tmp_path / "data", token_file=tokens)
    claim = [{"key": "spanledger.organization", "value": {"stringValue": "acme"}}]
    text = {
        "resourceSpans": [
            {
                "resource": {"attributes": claim},
                "scopeSpans": [
                    {"spans": [{"traceId": "01" * 16, "spanId": "02" * 8, "name": "claims", "attributes": claim}]}
                ],
            }
        ]
    }
    headers = {"content-type": "application/json", "baggage": "spanledger.organization=acme", **bearer("b")}
    with Collector(config) as collector:
        assert collector.request("POST", "/v1/traces", json.dumps(text).encode(), headers).status == 200
        theirs = b'[{"task_id": "t", "outcome": "failure", "organization": "acme"}]'
        answer = post(collector, OUTCOMES_PATH, "b", theirs)
        assert answer.status == 400
        assert b"organization is 'acme', expected 'beta'" in answer.body
        assert post(collector, OUTCOMES_PATH, "b", b'[{"task_id": "t", "outcome": "failure"}]').status == 200
        assert collector.stop() == 0
    (spans,) = config.spans.rglob("*.parquet")
    assert pq.ParquetFile(spans).read()["organization"].to_pylist() == ["beta"]
    (outcomes,) = (config.data / "records" / "outcomes").rglob("*.parquet")
    assert pq.ParquetFile(outcomes).read()["organization"].to_pylist() == ["beta"]
