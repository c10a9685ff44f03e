"""What the first-run page and docs/howto tell people to do is done: programs run, with a token, against a real
collector; settings of systems that are not here are read, and what they name is there."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import opentelemetry.sdk.environment_variables as sdk_variables
import pytest
import yaml  # type: ignore[import-untyped]  # ships no types

from app.snippets import NAMES, TOKEN, Doors, snippets
from tests.collector.running import Collector, configuration, rows, wait_until
from tests.collector.test_refused import entry

HERE = Path(__file__).parent
CORPUS = HERE.parent / "corpus"
SECRET = "the-token-of-these-tests"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OF_AGENTS = {"CLAUDE_CODE_ENABLE_TELEMETRY", "OTEL_LOGS_EXPORTER", "OTEL_METRICS_EXPORTER"}
"""Claude Code's own switch, and names of the specification that the SDK for Python lists elsewhere."""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    folder = tmp_path_factory.mktemp("snippets")
    (folder / "tokens.toml").write_text(entry(SECRET, ["ingest"]))
    with Collector(configuration(folder / "data", token_file=folder / "tokens.toml")) as collector:
        yield collector


def blocks(name: str, language: str, doors: Doors = Doors(asks_token=True)) -> list[str]:  # noqa: B008 -- frozen
    """The code of one file in one language, as the page shows it."""
    [snippet] = [one for one in snippets(doors) if one.name == name]
    return [text for spoken, text in FENCE.findall(snippet.text) if spoken == language]


def of(collector: Collector, name: str, language: str) -> list[str]:
    doors = Doors(collector.http_url, f"http://{collector.grpc_address}", asks_token=True)
    return [text.replace(TOKEN, SECRET) for text in blocks(name, language, doors)]


def exported(text: str) -> dict[str, str]:
    """The variables that lines of a shell set."""
    return dict(re.findall(r'^export (\w+)="?([^"\n]*)"?$', text, re.MULTILINE))


def run(command: list[str], folder: Path, variables: dict[str, str]) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        command, cwd=folder, env=own | variables, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr or "Traceback" not in done.stderr, done.stderr


def landed(collector: Collector, calls: int) -> list[dict[str, Any]]:
    """The requests to a model among what has landed, once there are so many."""

    def found() -> list[dict[str, Any]]:
        return [row for row in rows(collector.config).to_pylist() if row["role"] == "request"]

    wait_until(lambda: not collector.waiting() and len(found()) >= calls, f"{calls} calls in the lake")
    return found()


def test_the_programs_send_what_they_say(collector: Collector, tmp_path: Path) -> None:
    """Python, JavaScript and curl, copied as they stand with the variables beside them."""
    node = shutil.which("node")
    assert node, "Node.js is missing; install Node 18 or newer with your system's packages"
    (tmp_path / "node_modules").symlink_to(HERE / "js" / "node_modules")
    (tmp_path / "first-call.py").write_text(of(collector, "python", "python")[0])
    (tmp_path / "first-call.mjs").write_text(of(collector, "javascript", "js")[0])
    run([sys.executable, "first-call.py"], tmp_path, exported(of(collector, "python", "sh")[0]))
    run([node, "first-call.mjs"], tmp_path, exported(of(collector, "javascript", "sh")[0]))
    run(["bash", "-ec", of(collector, "environment", "sh")[2].replace("curl", "curl -sSf", 1)], tmp_path, {})
    calls = landed(collector, 3)
    assert len(calls) == 3
    for call in calls:
        assert (call["input_tokens"], call["output_tokens"]) == (2000, 500)
        assert (call["request_model"], call["service_name"]) == ("gpt-4o-mini", "my-app")
        assert call["resource_traffic_source"] == "production"
    assert [call["resource_team"] for call in calls].count("search") == 2
    tasks = {row["task_id"]: row["task_outcome"] for row in rows(collector.config).to_pylist() if row["task_id"]}
    assert tasks == {"ticket-4711": "success", "ticket-4712": "success"}


def test_the_variables_are_enough_for_either_protocol(collector: Collector, tmp_path: Path) -> None:
    """`Any SDK`: a program that knows no address sends over HTTP and over gRPC as they say."""
    over_http, over_grpc = (exported(text) for text in of(collector, "environment", "sh")[:2])
    program = of(collector, "python", "python")[0]
    (tmp_path / "http.py").write_text(program.replace("gpt-4o-mini", "by http"))
    (tmp_path / "grpc.py").write_text(program.replace("proto.http", "proto.grpc").replace("gpt-4o-mini", "by grpc"))
    run([sys.executable, "-P", "http.py"], tmp_path, over_http)
    run([sys.executable, "-P", "grpc.py"], tmp_path, over_http | over_grpc)
    wait_until(
        lambda: {"by http", "by grpc"} <= {row["request_model"] for row in rows(collector.config).to_pylist()}, "both"
    )


def versions(recording: str) -> dict[str, str]:
    said: dict[str, str] = json.loads((CORPUS / recording / "versions.json").read_text())["packages"]
    return said


def test_instrumentations_are_those_that_were_recorded() -> None:
    [line] = re.findall(r"^pip install (.+)$", blocks("python", "sh")[0], re.MULTILINE)
    assert set(line.split()) <= set(versions("openinference-openai-anthropic")) | {
        "opentelemetry-exporter-otlp-proto-http"
    }
    switch = (CORPUS / "openinference-openai-anthropic" / "script.py").read_text()
    assert blocks("python", "python")[1].splitlines()[0] in switch
    assert "@traceloop/node-server-sdk" in versions("traceloop-node")
    assert 'from "@traceloop/node-server-sdk"' in blocks("javascript", "js")[1]
    assert "litellm" in versions("litellm")
    assert "litellm.callbacks = ['otel']" in (CORPUS / "litellm" / "script.py").read_text()
    assert 'litellm.callbacks = ["otel"]' in blocks("litellm", "python")[0]
    [proxy] = blocks("litellm", "yaml")
    assert yaml.safe_load(proxy) == {"litellm_settings": {"callbacks": ["otel"]}}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_exported_is_known_and_shells_read_it(name: str) -> None:
    known = {value for key, value in vars(sdk_variables).items() if key.startswith("OTEL_")} | OF_AGENTS
    for text in blocks(name, "sh"):
        assert set(exported(text)) <= known, name
        assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0, text


def test_the_collector_s_pipelines_hold_together() -> None:
    [text] = blocks("collector", "yaml")
    config = yaml.safe_load(text)
    shipped = yaml.safe_load((HERE.parents[1] / "packaging" / "otel-collector" / "config.yaml").read_text())
    assert set(config["service"]["pipelines"]) == set(shipped["service"]["pipelines"]) == {"traces", "logs", "metrics"}
    for pipeline in config["service"]["pipelines"].values():
        assert set(pipeline["receivers"]) <= set(config["receivers"])
        assert set(pipeline["exporters"]) == set(config["exporters"])
    for kind, parts in (("receivers", "otlp"), ("exporters", "otlphttp/spanledger")):
        assert set(config[kind][parts]) <= set(shipped[kind][parts])
    assert config["exporters"]["otlphttp/spanledger"]["endpoint"] == Doors().http
    own = {protocol["endpoint"] for protocol in config["receivers"]["otlp"]["protocols"].values()}
    assert not {endpoint.rpartition(":")[2] for endpoint in own} & {"4317", "4318"}


def test_claude_code_s_settings_are_its_variables() -> None:
    [shell], [settings] = blocks("claude-code", "sh"), blocks("claude-code", "json")
    variables = exported(shell)
    assert variables.items() >= json.loads(settings)["env"].items()
    assert variables["CLAUDE_CODE_ENABLE_TELEMETRY"] == "1"
    assert json.loads(blocks("claude-code", "json", Doors())[0])["env"].keys() < variables.keys()


@pytest.mark.parametrize("doors", [Doors(), Doors(asks_token=True)], ids=["open", "with tokens"])
def test_every_program_can_be_read(doors: Doors, tmp_path: Path) -> None:
    scripts = [text for name in NAMES for text in blocks(name, "js", doors)]
    assert len(scripts) == 4
    for number, text in enumerate(scripts):
        (tmp_path / f"{number}.mjs").write_text(text)
        done = subprocess.run(
            ["node", "--check", f"{number}.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    for text in [text for name in NAMES for text in blocks(name, "python", doors)]:
        ast.parse(text)
