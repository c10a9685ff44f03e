"""TLS and mutual TLS on both doors, with the exporters people use; certificates that must not be let in; rotation."""

import dataclasses
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

from collector.config import TlsFiles
from collector.door.signals import TRACES
from collector.door.tls import Tls, TlsError
from spanledger.running.ports import Door, answers_grpc, answers_http
from tests.collector.certificates import Made, authority, issued
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, rows, span_ids, wait_until


@pytest.fixture(autouse=True)
def _no_bundle_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests prefers these to the file that the exporter was given."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@dataclasses.dataclass(frozen=True)
class Keys:
    """Whose certificates there are."""

    authority: Made
    others: Made
    server: Made
    agents: Made
    strangers: Made
    expired: Made


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("certificates")
    ours, others = authority(folder, "authority"), authority(folder, "others")
    return Keys(
        ours,
        others,
        issued(folder, "server", ours),
        issued(folder, "agents.acme", ours),
        issued(folder, "strangers", others),
        issued(folder, "expired", ours, is_expired=True),
    )


def tls(files: TlsFiles) -> dict[str, Any]:
    return {"tls_cert_file": files.certificate, "tls_key_file": files.key, "tls_client_ca_file": files.client_ca}


@pytest.fixture(scope="module")
def mutual(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """Asks for certificates; those of `agents.acme` belong to acme, those of others to nobody."""
    folder = tmp_path_factory.mktemp("mutual")
    tokens = folder / "tokens.toml"
    tokens.write_text('[[certificate]]\ncommon_name = "agents.acme"\norganization = "acme"\nscopes = ["ingest"]\n')
    with Collector(configuration(folder, token_file=tokens, **tls(keys.server.under(keys.authority)))) as collector:
        yield collector
        assert collector.stop() == 0, collector.errors()


def context(keys: Keys, client: Made | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(keys.authority.certificate))
    if client:
        made.load_cert_chain(client.certificate, client.key)
    return made


def by_http(collector: Collector, trusting: ssl.SSLContext, path: str = "/v1/traces", body: bytes | None = b"") -> int:
    """The status; raises URLError, ssl.SSLError or ConnectionError where no request gets through."""
    port = collector.state["http_port"]
    asked = urllib.request.Request(f"https://127.0.0.1:{port}{path}", body, {"content-type": "application/x-protobuf"})
    try:
        with urllib.request.urlopen(asked, timeout=20, context=trusting) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def by_grpc(collector: Collector, keys: Keys, client: Made | None = None, body: bytes = b"") -> Any:
    pair = (client.key.read_bytes(), client.certificate.read_bytes()) if client else (None, None)
    trusting = grpc.ssl_channel_credentials(keys.authority.certificate.read_bytes(), *pair)
    with grpc.secure_channel(collector.grpc_address, trusting) as channel:
        export = channel.unary_unary(f"/{TRACES.service}/Export", bytes, TRACES.response.FromString)
        return export(body, timeout=20)


def exporters(collector: Collector, keys: Keys, client: Made | None) -> list[SpanExporter]:
    files = {"client_certificate_file": str(client.certificate), "client_key_file": str(client.key)} if client else {}
    pair = (
        {"private_key": client.key.read_bytes(), "certificate_chain": client.certificate.read_bytes()} if client else {}
    )
    ours = keys.authority.certificate
    return [
        HttpExporter(
            f"https://127.0.0.1:{collector.state['http_port']}/v1/traces", certificate_file=str(ours), **files
        ),
        GrpcExporter(
            f"https://{collector.grpc_address}",
            credentials=grpc.ssl_channel_credentials(ours.read_bytes(), **pair),
        ),
    ]


def send(exporter: SpanExporter, name: str) -> SpanExportResult:
    results: list[SpanExportResult] = []
    plain = exporter.export

    def export(spans: Any) -> SpanExportResult:
        results.append(plain(spans))
        return results[-1]

    exporter.export = export  # type: ignore[method-assign]  # to see what the exporter says itself
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span(name):
        pass
    provider.shutdown()
    return results[0]


def test_real_exporters_send_over_tls(keys: Keys, tmp_path: Path) -> None:
    with Collector(configuration(tmp_path, **tls(keys.server.under()))) as collector:
        for number, exporter in enumerate(exporters(collector, keys, None)):
            assert send(exporter, f"over tls {number}") is SpanExportResult.SUCCESS
        assert collector.stop() == 0
        assert sorted(rows(collector.config)["name"].to_pylist()) == ["over tls 0", "over tls 1"]


def test_real_exporters_send_with_client_certificates_as_their_organization(mutual: Collector, keys: Keys) -> None:
    for number, exporter in enumerate(exporters(mutual, keys, keys.agents)):
        assert send(exporter, f"mutual {number}") is SpanExportResult.SUCCESS

    def landed() -> list[tuple[str, str]]:
        found = rows(mutual.config) if list(mutual.config.spans.rglob("*.parquet")) else None
        return (
            sorted(zip(*(found[name].to_pylist() for name in ("name", "organization")), strict=True)) if found else []
        )

    wait_until(lambda: landed() == [("mutual 0", "acme"), ("mutual 1", "acme")], "both spans to land")


@pytest.mark.parametrize("who", ["nobody", "strangers", "expired"])
def test_who_has_no_valid_certificate_gets_no_word_in(mutual: Collector, keys: Keys, who: str) -> None:
    client = None if who == "nobody" else getattr(keys, who)
    for path in ("/v1/traces", "/v1/outcomes", "/healthz", "/metrics"):
        with pytest.raises((urllib.error.URLError, ssl.SSLError, ConnectionError)):
            by_http(mutual, context(keys, client), path)
    with pytest.raises(grpc.RpcError) as caught:
        by_grpc(mutual, keys, client)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_certificate_is_let_do_what_its_entry_says(mutual: Collector, keys: Keys) -> None:
    agents = context(keys, keys.agents)
    assert by_http(mutual, agents) == 200
    assert by_http(mutual, agents, "/v1/outcomes", b"[]") == 403
    assert by_http(mutual, agents, "/metrics", None) == 403
    assert by_http(mutual, agents, "/healthz", None) == 200
    by_grpc(mutual, keys, keys.agents)


def test_a_certificate_nobody_named_is_refused_by_both(mutual: Collector, keys: Keys) -> None:
    assert by_http(mutual, context(keys, keys.server)) == 401
    with pytest.raises(grpc.RpcError) as caught:
        by_grpc(mutual, keys, keys.server)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_old_tls_and_plain_text_are_not_spoken(mutual: Collector, keys: Keys) -> None:
    old = context(keys, keys.agents)
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert by_http(mutual, old) == 200
    assert Tls(keys.server.under()).http_context().minimum_version is ssl.TLSVersion.TLSv1_2
    with pytest.raises((OSError, AssertionError)):
        assert urllib.request.urlopen(f"{mutual.http_url}/healthz", timeout=20).status == 200


def test_a_server_that_another_authority_vouches_for_is_not_sent_to(mutual: Collector, keys: Keys) -> None:
    wrong = ssl.create_default_context(cafile=str(keys.others.certificate))
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        by_http(mutual, wrong)


def test_certificates_authorities_and_their_faults_are_followed_without_a_restart(keys: Keys, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("server.pem", "server.key", "authority.pem")]

    def put(server: Made, clients: Made) -> None:
        for path, source in zip(files, (server.certificate, server.key, clients.certificate), strict=True):
            path.with_suffix(".new").write_bytes(source.read_bytes())
            path.with_suffix(".new").rename(path)

    put(keys.server, keys.authority)
    with Collector(configuration(tmp_path / "data", **tls(TlsFiles(*files)))) as collector:
        assert by_http(collector, context(keys, keys.agents)) == 200
        by_grpc(collector, keys, keys.agents)

        files[0].write_text("no certificate")
        wait_until(lambda: "changed TLS files cannot be used" in collector.errors(), "the fault to be said")
        assert by_http(collector, context(keys, keys.agents)) == 200, "the files before still hold"

        put(issued(tmp_path, "renewed", keys.authority), keys.others)
        wait_until(lambda: "changed TLS files was read" in collector.errors(), "the files to be read")
        assert by_http(collector, context(keys, keys.strangers)) == 200
        by_grpc(collector, keys, keys.strangers)
        with pytest.raises((urllib.error.URLError, ssl.SSLError, ConnectionError)):
            by_http(collector, context(keys, keys.agents))
        with pytest.raises(grpc.RpcError):
            by_grpc(collector, keys, keys.agents)
        assert collector.stop() == 0
        assert collector.errors().count("cannot be used") == 1


@pytest.mark.parametrize("fault", ["no file", "another key", "locked key", "no authority"])
def test_files_that_do_not_fit_are_named_at_the_start(keys: Keys, tmp_path: Path, fault: str) -> None:
    files = keys.server.under(keys.authority)
    if fault == "no file":
        files = dataclasses.replace(files, certificate=tmp_path / "missing.pem")
    elif fault == "another key":
        files = dataclasses.replace(files, key=keys.agents.key)
    elif fault == "locked key":
        files = dataclasses.replace(files, key=_locked(keys.server, tmp_path / "locked.key"))
    else:
        files = dataclasses.replace(files, client_ca=keys.server.key)
    with pytest.raises(TlsError, match=r"are no certificate \(PEM|holds no certificates of authorities"):
        Tls(files)


def _locked(made: Made, path: Path) -> Path:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(made.key.read_bytes(), None)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"pass"),
        )
    )
    return path


def test_what_is_sent_over_tls_is_stored(mutual: Collector, keys: Keys) -> None:
    one = span("with a body")
    by_grpc(mutual, keys, keys.agents, request(one).SerializeToString())
    wait_until(lambda: one.span_id in span_ids(mutual.config), "the span to land")


def test_whether_such_doors_answer_can_be_asked_from_outside(mutual: Collector, keys: Keys, tmp_path: Path) -> None:
    """What `spanledger up` and the doctor do; they have no certificate of a sender."""
    with Collector(configuration(tmp_path, **tls(keys.server.under()))) as plain:
        for collector, asks in ((plain, False), (mutual, True)):
            grpc_port, http_port = collector.state["grpc_port"], collector.state["http_port"]
            assert answers_grpc(Door("gRPC", "127.0.0.1", grpc_port, "grpc_port", True, asks))
            door = Door("HTTP", "127.0.0.1", http_port, "http_port", True, asks)
            assert answers_http(door, "/readyz")
            assert not answers_http(Door("HTTP", "127.0.0.1", grpc_port, "http_port", True, asks), "/readyz")
            assert not answers_http(Door("HTTP", "127.0.0.1", http_port, "http_port"), "/readyz")
