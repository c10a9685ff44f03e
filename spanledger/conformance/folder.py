"""A recording's folder: request bodies as a real exporter sent them, and what is known about them.

| file | what |
|---|---|
| `NNN.binpb`, `NNN.json` | a trace export's body, decompressed; `NNN.logs.…`, `NNN.metrics.…` the other signals' |
| `meta.json` | per request: transport, path, headers without credentials, encoding, sizes |
| `versions.json` | runtime and packages of the sender, where known |
| `expected.json` or `expected.toml` | what was billed: `spanledger.conformance.expected` |
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError, Message

from collector.door.signals import LOGS, METRICS, TRACES, Signal
from transforms.otlp_json import OtlpJsonError, parse_json

BODY = re.compile(r"(\d{3,})(?:\.(metrics|logs))?\.(binpb|json)")
SIGNALS = {None: TRACES, "metrics": METRICS, "logs": LOGS}


class FolderError(ValueError):
    """A recording's folder that cannot be read; names the file."""


@dataclass(frozen=True)
class Body:
    """One export request as it was sent, decompressed."""

    file: str
    signal: Signal
    is_json: bool
    content: bytes

    def message(self) -> Message:
        """The request, parsed. Raises FolderError."""
        try:
            if self.is_json:
                return parse_json(self.content, self.signal.request)
            return self.signal.request.FromString(self.content)
        except (DecodeError, OtlpJsonError) as error:
            raise FolderError(f"{self.file} is no {self.signal.request.DESCRIPTOR.name}: {error}") from error


@dataclass(frozen=True)
class Recording:
    """A folder's content."""

    folder: Path
    bodies: tuple[Body, ...]
    requests: tuple[Mapping[str, Any], ...]  # of meta.json
    runtime: str
    packages: Mapping[str, str]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    def spans(self) -> dict[str, "SentSpan"]:
        """Every span by its id in hex."""
        return {
            span.span_id.hex(): SentSpan(scope.scope.name, scope.scope.version, str(span))
            for body in self.bodies
            if body.signal is TRACES
            for resource in body.message().resource_spans  # type: ignore[attr-defined]  # a trace request has them
            for scope in resource.scope_spans
            for span in scope.spans
        }

    def version_of(self, span: "SentSpan") -> str:
        """The version of what made ``span``: as it says, else of the package its scope is named after, else empty."""
        if span.scope_version:
            return span.scope_version
        scope = _spelled(span.scope) + "-"
        fitting = [package for package in self.packages if scope.startswith(_spelled(package) + "-")]
        return self.packages[max(fitting, key=len)] if fitting else ""

    def transports(self) -> list[str]:
        """How the requests came: transport, compression and exporter, each combination once."""
        ways = [
            " ".join(
                filter(None, (one.get("transport"), one.get("content_encoding"), _exporter(one.get("headers", {}))))
            )
            for one in self.requests
        ]
        return list(dict.fromkeys(ways))


def _spelled(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _exporter(headers: Mapping[str, str]) -> str:
    agent = headers.get("user-agent", "").split(" ")[0]
    return f"from {agent}" if agent else ""


@dataclass(frozen=True)
class SentSpan:
    """A span as it was sent: who made it, and everything it says as text."""

    scope: str
    scope_version: str
    text: str


def read_recording(folder: Path) -> Recording:
    """The recording in ``folder``. Raises FolderError."""
    bodies = tuple(_body(path) for path in sorted(folder.glob("*")) if BODY.fullmatch(path.name))
    if not bodies:
        raise FolderError(f"{folder} holds no request bodies; expected 001.binpb or 001.json and so on")
    versions = _json(folder / "versions.json")
    requests = tuple(_json(folder / "meta.json").get("requests", ()))
    return Recording(folder, bodies, requests, str(versions.get("runtime", "")), versions.get("packages", {}))


def _body(path: Path) -> Body:
    named = BODY.fullmatch(path.name)
    assert named is not None, path
    return Body(path.name, SIGNALS[named[2]], named[3] == "json", path.read_bytes())


def _json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise FolderError(f"{path} is not JSON: {error}") from error
    if not isinstance(said, dict):
        raise FolderError(f"{path}: expected an object")
    return said
