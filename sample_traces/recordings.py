"""A choice of recorded exports: what unmodified libraries really sent while a stub provider knew the true counts.

All recordings lie in ``tests/corpus``; these few travel with the demo. ``PROVES`` is the one list of what each shows.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "recordings"

PROVES = {
    "otel-genai-openai-google": "current OpenTelemetry GenAI keys: cache and reasoning are parts of the totals",
    "otel-botocore-bedrock": "the same key for input tokens, but this library leaves the cache out of it",
    "openinference-openai-anthropic": "two instrumentations saw each Anthropic call: two spans, one call",
    "openinference-smolagents": "agent spans repeat the sum of their calls: adding up all spans counts double",
    "traceloop-node-json": "JavaScript exporter, OTLP as JSON; streams carry estimates that look like facts",
    "litellm": "a gateway's spans with costs of their own, raw copies beside them, usage on the application's span",
}


@dataclass(frozen=True)
class Recording:
    """One folder: request bodies in order of arrival, and what the provider really billed."""

    name: str
    proves: str
    protobuf: list[bytes]
    json: list[bytes]
    expected: dict[str, Any]


def recordings() -> list[Recording]:
    """The chosen recordings; raises FileNotFoundError for one that the list names and the folder lacks."""
    return [_read(name, proves) for name, proves in PROVES.items()]


def _read(name: str, proves: str) -> Recording:
    folder = FOLDER / name
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    protobuf = [path.read_bytes() for path in sorted(folder.glob("*.binpb"))]
    bodies = [path.read_bytes() for path in sorted(folder.glob("*.json")) if path.name != "expected.json"]
    if not protobuf and not bodies:
        raise FileNotFoundError(f"{folder} holds no request bodies (*.binpb or *.json)")
    return Recording(name, proves, protobuf, bodies, expected)
