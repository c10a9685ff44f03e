"""What fuzzing starts from: what real libraries sent (`tests/corpus`), in small requests, and our broken samples."""

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sample_traces.recordings import recordings
from tests.transforms.agent_logs import claude_metrics, claude_request, logs

CORPUS = Path(__file__).parent.parent / "tests" / "corpus"
INVALID = Path(__file__).parent.parent / "sample_traces" / "invalid"
_MAX_SEED = 3000  # bytes; small ones are many a second


@dataclass(frozen=True)
class Seeds:
    """Bodies that are right, and those of the broken samples: protobuf by signal, and JSON values."""

    traces: list[bytes]
    logs: list[bytes]
    metrics: list[bytes]
    values: list[Any]
    broken: list[bytes]


@functools.cache
def seeds() -> Seeds:
    """Everything that changes start from, cut into requests of a span or a few."""
    paths = [path for path in sorted(CORPUS.glob("*/*.binpb")) if path.name.count(".") == 1]
    requests = [ExportTraceServiceRequest.FromString(path.read_bytes()) for path in paths]
    parts = [part for request in requests for part in _parts(request)]
    small = [part for part in parts if part.ByteSize() <= _MAX_SEED]
    values: list[Any] = [json.loads(body) for one in recordings() for body in one.json]
    values += [MessageToDict(part) for part in small[:: max(1, len(small) // 60)]]
    return Seeds(
        [part.SerializeToString() for part in small],
        [logs(claude_request()).SerializeToString(), *_small("*.logs.binpb")],
        [*_small("*.metrics.binpb"), claude_metrics([("input", 5.0, 60), ("output", 7.0, 60)]).SerializeToString()],
        [value for value in values if len(json.dumps(value)) <= 3 * _MAX_SEED],
        [path.read_bytes() for path in sorted(INVALID.iterdir()) if path.suffix not in (".md",)],
    )


def _small(pattern: str) -> list[bytes]:
    bodies = [path.read_bytes() for path in sorted(CORPUS.glob(f"*/{pattern}"))]
    return [body for body in bodies if len(body) <= _MAX_SEED]


def _parts(request: ExportTraceServiceRequest) -> Iterator[ExportTraceServiceRequest]:
    """One request for each span."""
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                part = ExportTraceServiceRequest()
                target = part.resource_spans.add(resource=resource.resource)
                target.scope_spans.add(scope=scope.scope, spans=[span])
                yield part
