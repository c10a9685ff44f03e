"""A new recording's folder: bodies with content hidden unless asked otherwise, what is known of them, and the
expected numbers to fill in."""

import base64
import dataclasses
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from collector.door.signals import TRACES
from spanledger.conformance.expected import NAMES
from spanledger.conformance.folder import Body
from spanledger.conformance.hiding import Hider, altered

TEMPLATE = """\
# What the provider billed for this recording: from its console, its invoice, or the usage in its own answers.
# Not from the telemetry: that is what is being checked. Leave a line out where nobody knows the number.
library = "{library}"

[totals]
# calls =                 # requests that were billed; retries that failed are not
# input_tokens =          # cache reads and writes included
# output_tokens =         # reasoning included
# cached_input_tokens =   # part of input
# cache_write_tokens =    # part of input
# reasoning_tokens =      # part of output
# failed_attempts =       # requests that failed and cost nothing

# Call by call, where you know it; then differences are named by call. Keys as above, and:
# [[calls]]
# response_id = "chatcmpl-…"
# model = "gpt-4o-mini"
# is_delivered = false    # the provider never told the client: a stream that was cut, or without usage
# is_failed = true        # an attempt that was not billed; has no counts
"""

_CREDENTIALS = re.compile(r"auth|key|token|secret|cookie|password|credential|signature", re.IGNORECASE)
_IDS = frozenset({"traceId", "spanId", "parentSpanId"})


class HidingError(ValueError):
    """Hiding the content would change a number; says which."""


@dataclasses.dataclass(frozen=True)
class Taken:
    """One request as it came. ``facts`` goes into meta.json as it is; headers are cleaned on the way."""

    body: Body
    transport: str  # grpc | http/protobuf | http/json | log | lake …
    received_at_ns: int
    headers: Mapping[str, str]
    facts: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Written:
    """What is in the new folder."""

    requests: int
    spans: int
    hidden: int  # values of content and persons that were replaced


def write_recording(folder: Path, taken: Sequence[Taken], *, is_content_kept: bool) -> Written:
    """Make ``folder``. Raises HidingError, FolderError, and FileExistsError for a folder with something in it."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is there already and not empty; choose another name")
    bodies, hidden = [one.body for one in taken], 0
    if not is_content_kept:
        bodies, hidden = _hidden(bodies)
    folder.mkdir(parents=True, exist_ok=True)
    named = [dataclasses.replace(body, file=_name(number, body)) for number, body in enumerate(bodies, 1)]
    for body in named:
        (folder / body.file).write_bytes(body.content)
    spans = [_spans(body) for body in named]
    requests = [_meta(one, body, count) for one, body, count in zip(taken, named, spans, strict=True)]
    _write_json(folder / "meta.json", {"content": "kept" if is_content_kept else "hidden", "requests": requests})
    _write_json(folder / "versions.json", versions(named))
    (folder / NAMES[1]).write_text(TEMPLATE.format(library=folder.name), encoding="utf-8")
    return Written(len(named), sum(count or 0 for count in spans), hidden)


def _hidden(bodies: Sequence[Body]) -> tuple[list[Body], int]:
    hider, total, after = Hider(secrets.token_bytes(32)), 0, []
    for body in bodies:
        message, replaced = hider.hide(body)
        content = otlp_json(message) if body.is_json else message.SerializeToString()
        after.append(dataclasses.replace(body, content=content))
        total += replaced
    changes = altered(bodies, after)
    if changes:
        shown = "\n".join(changes[:5])
        raise HidingError(f"without its content the recording would say other things; nothing was written:\n{shown}")
    return after, total


def otlp_json(message: Message) -> bytes:
    """The request as OTLP/JSON: ids in hex, where protobuf's own JSON has base64."""

    def hexed(value: Any) -> Any:
        if isinstance(value, list):
            return [hexed(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: base64.b64decode(item).hex() if key in _IDS and isinstance(item, str) else hexed(item)
            for key, item in value.items()
        }

    return json.dumps(hexed(MessageToDict(message, use_integers_for_enums=True)), ensure_ascii=False).encode()


def _name(number: int, body: Body) -> str:
    signal = "" if body.signal is TRACES else f".{body.signal.name}"
    return f"{number:03d}{signal}.{'json' if body.is_json else 'binpb'}"


def _spans(body: Body) -> int | None:
    if body.signal is not TRACES:
        return None
    message: Any = body.message()
    return sum(len(scope.spans) for resource in message.resource_spans for scope in resource.scope_spans)


def _meta(one: Taken, body: Body, spans: int | None) -> dict[str, Any]:
    return {
        "file": body.file,
        "signal": body.signal.name,
        "transport": one.transport,
        **one.facts,
        "body_bytes": len(body.content),
        "spans": spans,
        "received_unix": one.received_at_ns / 10**9,
        "headers": clean_headers(one.headers),
    }


def clean_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Without credentials: of what may hold one, only the scheme stays."""
    cleaned = {}
    for name, value in headers.items():
        scheme = value.partition(" ")[0] + " " if name == "authorization" and " " in value else ""
        cleaned[name] = f"{scheme}<redacted>" if _CREDENTIALS.search(name) else value
    return cleaned


def versions(bodies: Sequence[Body]) -> dict[str, Any]:
    """What the telemetry says of its sender: runtime, and the packages behind SDK and scopes."""
    runtime, packages = "", {}
    for body in bodies:
        message: Any = body.message()
        for _, resources in message.ListFields():
            for resource in resources:
                said = {item.key: item.value.string_value for item in resource.resource.attributes}
                language = said.get("process.runtime.name") or said.get("telemetry.sdk.language", "")
                runtime = runtime or f"{language} {said.get('process.runtime.version', '')}".strip()
                packages[f"{said.get('telemetry.sdk.name', '')} SDK".strip()] = said.get("telemetry.sdk.version", "")
                packages |= {scope.name: scope.version for scope in _scopes(resource)}
    return {"runtime": runtime, "packages": {name: version for name, version in sorted(packages.items()) if version}}


def _scopes(resource: Any) -> list[Any]:
    return [scope.scope for field, scopes in resource.ListFields() if field.is_repeated for scope in scopes]


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
