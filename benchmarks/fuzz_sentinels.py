"""Spans that are right and unlike any other, sent among the fuzzed ones: each that was acknowledged must land, once."""

import hashlib

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

NAME = "sentinel"


class Sentinels:
    """Numbered by ``seed``; ``acknowledged`` is filled by who sends them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made = 0
        self.acknowledged: list[bytes] = []

    def make(self) -> tuple[bytes, bytes]:
        """A span's id, and the request with it."""
        self._made += 1
        digest = hashlib.sha256(f"{self._seed}/{self._made}".encode()).digest()
        request = ExportTraceServiceRequest()
        request.resource_spans.add().scope_spans.add().spans.add(
            trace_id=digest[:16],
            span_id=digest[16:24],
            name=NAME,
            start_time_unix_nano=1_790_000_000_000_000_000 + self._made,
            end_time_unix_nano=1_790_000_001_000_000_000 + self._made,
            attributes=[KeyValue(key="gen_ai.request.model", value=AnyValue(string_value="gpt-4o"))],
        )
        return digest[16:24], request.SerializeToString()
