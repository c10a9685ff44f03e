"""Fuzzed requests over gRPC, many in flight, and noise on its port that is not HTTP/2.

Every answer must be one that the documentation states; none within TIMEOUT_S is a hang.
"""

import collections
import random
import socket
from typing import Any

import grpc

from benchmarks import fuzz_bodies
from benchmarks.fuzz_http import TIMEOUT_S, FuzzError
from benchmarks.fuzz_seeds import seeds
from benchmarks.fuzz_sentinels import Sentinels
from collector.door.signals import LOGS, METRICS, TRACES

STATED = {"INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "UNIMPLEMENTED"}
_AT_ONCE = 64
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class GrpcFuzz:
    """``count`` requests to ``address``; see `benchmarks.fuzz_http.HttpFuzz`."""

    def __init__(self, address: str, seed: int, count: int) -> None:
        self._address = address
        self._count = count
        self._chance = random.Random(f"grpc/{seed}")
        self.answers: collections.Counter[str] = collections.Counter()
        self.sentinels = Sentinels(-seed - 1)

    def run(self) -> None:
        """Send all. Raises FuzzError."""
        waiting: collections.deque[tuple[Any, bytes, bytes | None]] = collections.deque()
        options = [("grpc.max_send_message_length", -1)]
        with grpc.insecure_channel(self._address, options) as channel:
            methods = {
                name: channel.unary_unary(f"/{name}/Export", request_serializer=bytes)
                for name in (TRACES.service, LOGS.service, METRICS.service, "no.such.Service")
            }
            for number in range(self._count):
                if number % 500 == 499:
                    self._make_noise()
                service, body, sentinel = self._draw()
                compression = grpc.Compression.Gzip if self._chance.random() < 0.2 else None
                call = methods[service].future(body, timeout=TIMEOUT_S, compression=compression)
                waiting.append((call, body, sentinel))
                if len(waiting) >= _AT_ONCE:
                    self._finish(*waiting.popleft())
            for each in waiting:
                self._finish(*each)

    def _draw(self) -> tuple[str, bytes, bytes | None]:
        chance, right = self._chance, seeds()
        luck = chance.random()
        if luck < 0.04:
            span_id, body = self.sentinels.make()
            return TRACES.service, body, span_id
        if luck < 0.0402:
            return TRACES.service, chance.choice([*fuzz_bodies.bombs(), bytes(40 << 20)]), None
        if luck < 0.06:
            return TRACES.service, fuzz_bodies.zipped(chance, fuzz_bodies.protobuf(chance, right.traces)), None
        if luck < 0.065:
            return "no.such.Service", b"x", None
        if luck < 0.9:
            return TRACES.service, fuzz_bodies.protobuf(chance, right.traces), None
        signal, bodies = chance.choice(((LOGS, right.logs), (METRICS, right.metrics)))
        return signal.service, fuzz_bodies.protobuf(chance, bodies), None

    def _finish(self, call: Any, body: bytes, sentinel: bytes | None) -> None:
        try:
            call.result()
        except grpc.RpcError as error:
            code = error.code().name
            self.answers[f"grpc {code}"] += 1
            if code not in STATED:
                raise FuzzError(f"answered {code} ({error.details()}) to {body[:400]!r}") from error
            return
        self.answers["grpc OK"] += 1
        if sentinel:
            self.sentinels.acknowledged.append(sentinel)

    def _make_noise(self) -> None:
        """Bytes that are no HTTP/2, with and without its preface; the server hangs up, or is left waiting."""
        host, port = self._address.rsplit(":", 1)
        preface = self._chance.choice((b"", _PREFACE, _PREFACE[:10]))
        with socket.create_connection((host, int(port)), timeout=TIMEOUT_S) as connection:
            connection.sendall(preface + self._chance.randbytes(self._chance.randrange(1, 300)))
        self.answers["noise on gRPC's port"] += 1
