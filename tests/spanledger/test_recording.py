"""`spanledger recording`: from a real exporter to a verdict on every number."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.wal.log import Log
from collector.wal.segments import Record
from spanledger.cli import main
from spanledger.conformance.folder import read_recording
from tests.collector.running import Collector, configuration, wait_until
from tests.transforms import oracle

PROGRAM = """
import sys
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if sys.argv[1] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

provider = TracerProvider(resource=Resource.create({"service.name": "shop", "host.name": "the-desk-of-ada"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(headers={"authorization": "Bearer hush-hush"})))
tracer = provider.get_tracer("shop.llm", "1.2.3")
for number in (1, 2, 3):
    with tracer.start_as_current_span("chat gpt-4o-mini") as span:
        span.set_attributes({
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.response.id": f"chatcmpl-{number}",
            "gen_ai.usage.input_tokens": 100 * number,
            "gen_ai.usage.output_tokens": 10 * number,
            "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "Grandmother Ada"}]}]',
        })
provider.shutdown()
"""
TRUTH = """\
library = "shop.llm 1.2.3"
[totals]
calls = 3
input_tokens = 600
output_tokens = 60
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["recording", *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that makes three model calls and exports them with the SDK's own exporter."""
    path = tmp_path_factory.mktemp("program") / "shop.py"
    path.write_text(PROGRAM)
    return path


def record(folder: Path, program: Path, protocol: str, *options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "spanledger.cli", "recording", "new", str(folder), *options]
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc" if protocol == "grpc" else "http/protobuf"}
    done = subprocess.run(
        [*words, "--", sys.executable, str(program), protocol],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, program: Path) -> Path:
    """One recording for all tests that only compare it; each works on a copy."""
    folder = tmp_path_factory.mktemp("once") / "shop"
    record(folder, program, "http")
    return folder


@pytest.fixture
def shop(tmp_path: Path, once: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "shop"))


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_a_real_exporter_is_recorded_and_its_numbers_are_exact(tmp_path: Path, program: Path, protocol: str) -> None:
    folder = tmp_path / "shop"
    done = record(folder, program, protocol)
    assert "1 requests, 3 spans" in done.stdout
    assert "totals.calls is missing" in run("check", str(folder)).output  # the template is not taken for the truth
    (folder / "expected.toml").write_text(TRUTH)
    result = run("check", str(folder))
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "exact"
    meta = json.loads((folder / "meta.json").read_text())
    assert meta["requests"][0]["transport"] == ("grpc" if protocol == "grpc" else "http/protobuf")
    assert json.loads((folder / "versions.json").read_text())["packages"]["shop.llm"] == "1.2.3"


def test_a_wrong_number_is_named_with_how_far_it_is_off(shop: Path) -> None:
    folder = shop
    (folder / "expected.toml").write_text(TRUTH.replace("input_tokens = 600", "input_tokens = 589"))
    result = run("check", str(folder))
    assert result.exit_code == 1
    assert "input_tokens is 600, expected 589 (+11)" in result.output
    assert "output_tokens" in result.output
    assert "output_tokens is" not in result.output


def test_with_calls_one_by_one_the_call_is_named(shop: Path) -> None:
    folder = shop
    calls = [
        f'[[calls]]\nresponse_id = "chatcmpl-{one}"\ninput_tokens = {100 * one}\noutput_tokens = {output}'
        for one, output in ((1, 10), (2, 20), (3, 33))
    ]
    (folder / "expected.toml").write_text(TRUTH.replace("= 60\n", "= 63\n") + "\n".join(calls))
    result = run("check", str(folder))
    assert result.exit_code == 1
    assert "call 3: output_tokens is 30, expected 33 (-3)" in result.output


def test_what_the_library_does_not_say_is_unknown_and_no_difference(shop: Path) -> None:
    folder = shop
    (folder / "expected.toml").write_text(TRUTH + "cached_input_tokens = 128\n")
    result = run("check", str(folder))
    assert result.exit_code == 0
    assert "3: the library does not record it" in result.output
    assert result.output.splitlines()[-1] == "nothing differs; not known for every call: cached_input_tokens"


def test_content_persons_and_credentials_are_not_in_the_folder(shop: Path, tmp_path: Path, program: Path) -> None:
    hidden, kept = shop, tmp_path / "kept"
    record(kept, program, "http", "--keep-content")
    for secret in (b"Grandmother", b"the-desk-of-ada"):
        assert not [path for path in hidden.iterdir() if secret in path.read_bytes()]
        assert [path for path in kept.iterdir() if secret in path.read_bytes()]
    for folder in (hidden, kept):
        assert not [path for path in folder.iterdir() if b"hush-hush" in path.read_bytes()]
        assert "Bearer <redacted>" in (folder / "meta.json").read_text()


def test_listening_ends_with_an_interrupt_and_writes_what_came(tmp_path: Path, program: Path) -> None:
    folder = tmp_path / "shop"
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        grpc_port, http_port = one.getsockname()[1], other.getsockname()[1]
    words = ["new", str(folder), "--grpc-port", str(grpc_port), "--http-port", str(http_port)]
    errors = tmp_path / "errors.txt"
    with errors.open("w") as file:
        recorder = subprocess.Popen(
            [sys.executable, "-m", "spanledger.cli", "recording", *words],
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        )
    try:
        wait_until(lambda: "recording at" in errors.read_text(), "the recorder to listen")
        environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{http_port}"}
        subprocess.run([sys.executable, str(program), "http"], env=environment, check=True, timeout=60)
        recorder.send_signal(signal.SIGINT)
        output, _ = recorder.communicate(timeout=60)
    finally:
        recorder.kill()
    assert recorder.returncode == 0, errors.read_text()
    assert "1 requests, 3 spans" in output


def test_nothing_came(tmp_path: Path) -> None:
    result = run("new", str(tmp_path / "empty"), "--", sys.executable, "-c", "pass")
    assert result.exit_code == 1
    assert "nothing came" in result.output
    assert not (tmp_path / "empty").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = run("new", str(tmp_path), "--", sys.executable, "-c", "pass")
    assert result.exit_code == 4
    assert "choose another name" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a collector that took one recording with its content kept."""
    data = tmp_path_factory.mktemp("collected")
    with Collector(configuration(data, store_content=True)) as collector:
        for body in oracle.bodies_of("otel-genai-openai-google").values():
            assert collector.send(body).status == 200
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        assert collector.stop() == 0, collector.errors()
    return data


def test_traces_of_a_lake_become_a_recording(collected: Path, tmp_path: Path) -> None:
    sent = read_recording(oracle.CORPUS / "otel-genai-openai-google")
    traces = {
        span.trace_id.hex()
        for body in sent.bodies
        for resource in body.message().resource_spans  # type: ignore[attr-defined]
        for scope in resource.scope_spans
        for span in scope.spans
    }
    folder = tmp_path / "again"
    chosen = [word for trace in sorted(traces) for word in ("--trace", trace)]
    result = run("take", str(folder), str(collected), *chosen, "--keep-content")
    assert result.exit_code == 0, result.output
    assert read_recording(folder).spans().keys() == sent.spans().keys()
    (folder / "expected.toml").unlink()
    (folder / "expected.json").write_bytes((sent.folder / "expected.json").read_bytes())
    checked, original = run("check", str(folder)), run("check", str(sent.folder))
    assert checked.output == original.output
    assert checked.exit_code == 0


def test_a_trace_that_is_not_there(collected: Path, tmp_path: Path) -> None:
    result = run("take", str(tmp_path / "none"), str(collected), "--trace", "ab" * 16)
    assert result.exit_code == 2
    assert f"the lake has no trace {'ab' * 16}" in result.output


def test_export_files_become_a_recording(tmp_path: Path) -> None:
    source = oracle.CORPUS / "traceloop-node-json"
    folder = tmp_path / "files"
    result = run("take", str(folder), *map(str, sorted(source.glob("0*.json"))))
    assert result.exit_code == 0, result.output
    (folder / "expected.toml").unlink()
    (folder / "expected.json").write_bytes((source / "expected.json").read_bytes())
    assert run("check", str(folder)).output == run("check", str(source)).output


def test_a_segment_of_the_log_becomes_a_recording(tmp_path: Path) -> None:
    bodies = list(oracle.bodies_of("google-adk").values())
    log = Log(tmp_path / "log", max_bytes=1 << 20, max_age_s=60, max_pending_bytes=1 << 20)
    for number, body in enumerate(bodies):
        log.append(Record(number, None, body)).result()
    log.close()
    (segment,) = (tmp_path / "log").glob("*.log")
    result = run("take", str(tmp_path / "again"), str(segment), "--keep-content")
    assert result.exit_code == 0, result.output
    assert [body.content for body in read_recording(tmp_path / "again").bodies] == bodies


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "000.0.bin"
    broken.write_bytes(b"\xff\xff")
    result = run("take", str(tmp_path / "none"), str(broken))
    assert result.exit_code == 1
    assert "quarantine 000.0.bin is no ExportTraceServiceRequest" in result.output
