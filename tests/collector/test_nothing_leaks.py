"""What must stay out of logs and files does: tokens, keys, passwords, prompts; users where they are pseudonymous."""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import grpc
import pyarrow.parquet as pq
import pytest

from tests.collector.certificates import authority, issued
from tests.collector.door.test_tls import context
from tests.collector.running import Collector, configuration, span_ids, wait_until

TOKEN, GUESS, PASSWORD = "the-token-itself", "a-guess-at-a-token", "password-of-basic"
PROMPT = "canary of a prompt"
USER, MAIL = "alice-4711", "alice@example.com"

CONTENT = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.prompt",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "input.value",
    "output.value",
    "llm.input_messages.0.message.content",
    "llm.prompt_template.variables",
    "tool.parameters",
    "retrieval.documents.0.document.content",
    "traceloop.entity.input",
    "ai.prompt.messages",
    "langfuse.observation.input",
    "mlflow.spanInputs",
    "lk.user_transcript",
    "user_prompt",
)


def text(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def spans() -> dict[str, Any]:
    content = [text(key, json.dumps([{"role": "user", "content": PROMPT}])) for key in CONTENT]
    tool = [text("openinference.span.kind", "TOOL"), text("input.value", PROMPT), text("tool.name", "search")]
    users = [text("user.id", USER), text("metadata", json.dumps({"user_email": MAIL})), text("note", f"for {USER}")]
    event = {"name": "gen_ai.user.message", "attributes": [text("content", PROMPT)]}
    ids = [{"traceId": "0a" * 16, "spanId": f"{number:016x}"} for number in (1, 2, 3)]
    said = [
        {**ids[0], "name": f"chat of {USER}", "attributes": content, "events": [event]},
        {**ids[1], "name": "tool", "attributes": tool},
        {**ids[2], "name": "users", "attributes": users, "status": {"message": f"quota of {MAIL}"}},
    ]
    return {"resourceSpans": [{"resource": {"attributes": users}, "scopeSpans": [{"spans": said}]}]}


def logs() -> dict[str, Any]:
    names = [text("event.name", "user_prompt"), text("session.id", "s"), text("user.email", MAIL)]
    prompt = {"attributes": [*names, text("prompt", PROMPT)], "body": {"stringValue": "claude_code.user_prompt"}}
    told = {
        "eventName": "gen_ai.client.inference.operation.details",
        "attributes": [text("gen_ai.request.model", "m"), text("gen_ai.input.messages", PROMPT), text("user.id", USER)],
        "traceId": "0b" * 16,
        "spanId": "0b" * 8,
    }
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [prompt, told]}]}]}


def everything_under(folder: Path) -> dict[str, str]:
    """Path and readable content of each file; Parquet as its rows."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            found[str(path)] = str(pq.ParquetFile(path).read().to_pylist())
        elif path.is_file():
            found[str(path)] = path.read_bytes().decode("latin-1")
    return found


@pytest.mark.parametrize("is_stored", [False, True])
def test_no_secret_prompt_or_user_is_in_any_file(tmp_path: Path, is_stored: bool) -> None:
    ours = authority(tmp_path, "authority")
    server = issued(tmp_path, "server", ours)
    keys = Keys(ours)
    tokens = tmp_path / "tokens.toml"
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    tokens.write_text(f'[[token]]\nname = "app"\nsha256 = "{digest}"\norganization = "acme"\n')
    config = configuration(
        tmp_path / "data",
        token_file=tokens,
        tls_cert_file=server.certificate,
        tls_key_file=server.key,
        store_content=is_stored,
        pseudonymous_users=True,
    )
    basic = "Basic " + base64.b64encode(f"{PASSWORD}:{GUESS}".encode()).decode()
    with Collector(config) as collector:
        for headers in (f"Bearer {TOKEN}", f"Bearer {GUESS}", basic, "Basic !"):
            for path, body in (("/v1/traces", spans()), ("/v1/logs", logs()), ("/v1/traces", f"{{{PROMPT}")):
                post(collector, keys, path, body, headers)
            export(collector, keys, headers)
        tokens.write_text(f'[[token]]\nsha256 = "{TOKEN}"')  # what a slip looks like
        wait_until(lambda: "the changed token file cannot be used" in collector.errors(), "the slip to be said")
        wait_until(lambda: len(span_ids(config)) >= 3, "the spans to land")
        assert collector.stop() == 0
    found = everything_under(config.data)
    secrets = [TOKEN, GUESS, PASSWORD, basic, digest, server.key.read_text().splitlines()[1], USER, MAIL]
    for secret in [*secrets, *([] if is_stored else [PROMPT])]:
        assert not [path for path, content in found.items() if secret in content], secret
    assert any("hmac-sha256:" in content for content in found.values()) is not is_stored
    assert any("user-" in content for path, content in found.items() if path.endswith(".parquet"))
    key = config.data / "hash.key"
    assert key.stat().st_mode & 0o777 == 0o600


class Keys:
    """As much of `tests.collector.door.test_tls.Keys` as a client needs."""

    def __init__(self, ours: Any) -> None:
        self.authority = ours


def post(collector: Collector, keys: Any, path: str, body: Any, authorization: str) -> None:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    url = f"https://127.0.0.1:{collector.state['http_port']}{path}"
    asked = urllib.request.Request(url, data, {"content-type": "application/json", "authorization": authorization})
    try:
        urllib.request.urlopen(asked, timeout=20, context=context(keys)).close()
    except urllib.error.HTTPError as refused:
        refused.close()


def export(collector: Collector, keys: Any, authorization: str) -> None:
    trusting = grpc.ssl_channel_credentials(keys.authority.certificate.read_bytes())
    with grpc.secure_channel(collector.grpc_address, trusting) as channel:
        call = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export", bytes, bytes)
        with pytest.raises(grpc.RpcError) as refused:
            call(PROMPT.encode(), timeout=20, metadata=[("authorization", authorization)])
    assert PASSWORD not in str(refused.value)
