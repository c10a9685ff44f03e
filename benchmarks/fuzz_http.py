"""Fuzzed requests over HTTP: most over kept connections, several in flight on each; what breaks a connection's framing
goes over one of its own.

Every answer must be one that the documentation states, with the body that OTLP demands for it. None within TIMEOUT_S is
a hang.
"""

import asyncio
import dataclasses
import random
import struct
from collections import Counter
from collections.abc import Callable

from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no types

from benchmarks import fuzz_bodies
from benchmarks.fuzz_seeds import seeds
from benchmarks.fuzz_sentinels import Sentinels

STATED = {200, 400, 404, 405, 408, 413, 415, 429, 431, 503}
TIMEOUT_S = 60.0
_AT_ONCE = 8  # requests in flight on a connection
_CONNECTIONS = 24
_SHOWN = 400  # bytes of a request, in errors
_PROTOBUF, _JSON = "application/x-protobuf", "application/json"
_CUT = "closed without an answer"  # the right end for what breaks off


class FuzzError(Exception):
    """The collector did what it must not do."""


class HttpFuzz:
    """``count`` requests to 127.0.0.1:``port``; ``answers`` counts the outcomes, ``sentinels`` has what must land."""

    def __init__(self, port: int, seed: int, count: int) -> None:
        self._port = port
        self._seed = seed
        self._left = count
        self.answers: Counter[str] = Counter()
        self.sentinels = Sentinels(seed)

    def run(self) -> None:
        """Send all. Raises FuzzError."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(_CONNECTIONS):
                group.create_task(self._keep_sending(random.Random(f"{self._seed}/{number}")))

    async def _keep_sending(self, chance: random.Random) -> None:
        while self._left > 0:
            if chance.random() < 0.9:  # one in some thirty requests, as the other way sends hundreds
                self._left -= 1
                await self._send_broken(chance)
            else:
                await self._send_over_one(chance)

    async def _send_over_one(self, chance: random.Random) -> None:
        """Over one connection, until all is sent or some hundred requests are."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        for _ in range(40):
            number = min(_AT_ONCE, self._left)
            if number <= 0:
                break
            self._left -= number
            drawn = [self._draw(chance) for _ in range(number)]
            writer.write(b"".join(request for request, _ in drawn))
            answered = await self._take_answers(reader, drawn)
            self._left += number - answered
            if answered < number:
                break
        writer.close()

    async def _take_answers(self, reader: asyncio.StreamReader, drawn: list[tuple[bytes, bytes | None]]) -> int:
        """How many of ``drawn`` were answered: all, or those up to one that ended the connection."""
        for position, (request, sentinel) in enumerate(drawn, 1):
            answer = await self._answer(reader, request)
            if sentinel and answer.status == 200:
                self.sentinels.acknowledged.append(sentinel)
            if answer.is_last:
                return position
        return len(drawn)

    async def _answer(self, reader: asyncio.StreamReader, request: bytes) -> "Answered":
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await read_answer(reader)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            raise FuzzError(f"no answer ({error!r}) to {request[:_SHOWN]!r}") from error
        self.answers[f"http {answer.status}"] += 1
        check(answer, request)
        return answer

    def _draw(self, chance: random.Random) -> tuple[bytes, bytes | None]:
        """A whole request, and the span's id in it when it is one that must land."""
        luck = chance.random()
        if luck < 0.04:
            span_id, body = self.sentinels.make()
            return post("/v1/traces", _PROTOBUF, body), span_id
        if luck < 0.0404:
            return post(
                "/v1/traces", chance.choice((_PROTOBUF, _JSON)), chance.choice(fuzz_bodies.bombs()), "gzip"
            ), None
        path, kind, body = self._body(chance)
        encoding = ""
        if chance.random() < 0.15:
            body, encoding = fuzz_bodies.zipped(chance, body), "gzip"
        if chance.random() < 0.02:
            kind = chance.choice((kind, "", "text/plain", "application/json; charset=x", "\xff"))
            encoding = chance.choice((encoding, "gzip", "deflate", "br", "gzip, gzip"))
            path = chance.choice((path, "/", "/v1/nothing", "/v1/traces/", "/%00", "/metrics", "/otel/v1/traces?a=%zz"))
        return post(path, kind, body, encoding, is_chunked=chance.random() < 0.03), None

    def _body(self, chance: random.Random) -> tuple[str, str, bytes]:
        right, luck = seeds(), chance.random()
        if luck < 0.6:
            return "/v1/traces", _PROTOBUF, fuzz_bodies.protobuf(chance, right.traces)
        if luck < 0.8:
            return "/v1/traces", _JSON, fuzz_bodies.json_body(chance)
        if luck < 0.87:
            return "/v1/logs", _PROTOBUF, fuzz_bodies.protobuf(chance, right.logs)
        if luck < 0.94:
            return "/v1/metrics", _PROTOBUF, fuzz_bodies.protobuf(chance, right.metrics)
        return "/v1/outcomes", _JSON, fuzz_bodies.outcomes(chance)

    async def _send_broken(self, chance: random.Random) -> None:
        """A request that ends too early or is not HTTP: answered as stated, or the connection is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        whole = post("/v1/traces", _PROTOBUF, fuzz_bodies.protobuf(chance, seeds().traces))
        writer.write(chance.choice(_BREAKS)(chance, whole))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                if writer.can_write_eof():
                    writer.write_eof()
                status = (await read_answer(reader)).status
                said = f"broken http {status}"
                if status not in STATED:
                    raise FuzzError(f"answered {status} to a broken request")
        except TimeoutError as error:
            raise FuzzError(f"neither answered nor closed: {whole[:_SHOWN]!r}") from error
        except (asyncio.IncompleteReadError, OSError):  # closed or reset, also before all was sent
            said = _CUT
        finally:
            if chance.random() < 0.5:
                reset = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(1, 13, reset)  # SO_LINGER: end with a reset
            writer.close()
        self.answers[said] += 1


def post(path: str, kind: str, body: bytes, encoding: str = "", *, is_chunked: bool = False) -> bytes:
    """An HTTP request."""
    lines = [f"POST {path} HTTP/1.1", "host: x", f"content-type: {kind}"]
    if encoding:
        lines.append(f"content-encoding: {encoding}")
    if is_chunked:
        lines.append("transfer-encoding: chunked")
        half = len(body) // 2
        parts = [part for part in (body[:half], body[half:]) if part]
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    else:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclasses.dataclass(frozen=True)
class Answered:
    """One answer; ``is_last`` when the connection ends with it."""

    status: int
    kind: str
    body: bytes
    is_last: bool


async def read_answer(reader: asyncio.StreamReader) -> Answered:
    """The next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):  # go on
        head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    body = await reader.readexactly(int(fields[b"content-length"]))
    is_last = fields.get(b"connection") == b"close"
    return Answered(int(head.split(b" ", 2)[1]), fields[b"content-type"].decode(), body, is_last)


def check(answer: Answered, request: bytes) -> None:
    """Raises FuzzError for an answer that is not a stated one, or not in OTLP's form."""
    if answer.status not in STATED:
        raise FuzzError(f"answered {answer.status} {answer.body[:200]!r} to {request[:_SHOWN]!r}")
    if answer.status == 200 or answer.kind != _PROTOBUF:
        return
    try:
        said = Status.FromString(answer.body)
    except DecodeError as error:
        raise FuzzError(f"{answer.status} without a Status: {answer.body[:200]!r}") from error
    if not said.message:
        raise FuzzError(f"{answer.status} without a reason to {request[:_SHOWN]!r}")


_BREAKS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    lambda chance, whole: whole[: chance.randrange(len(whole))],
    lambda chance, whole: whole.replace(b"content-length: ", b"content-length: 9"),
    lambda chance, whole: whole.replace(b"content-length: ", b"content-length: -"),
    lambda chance, whole: whole.replace(b"content-length: ", b"content-length: " + b"9" * chance.choice((9, 19, 5000))),
    lambda chance, whole: whole.replace(b"HTTP/1.1", chance.choice((b"HTTP/1.0", b"HTTP/9.9", b"", b"HTTP/1.1\x00"))),
    lambda chance, whole: whole.replace(b"POST", chance.choice((b"GET", b"PUT", b"PRI", b"\x16\x03\x01", b"CONNECT"))),
    lambda chance, whole: whole.replace(b"host: x", b"x: " + b"y" * chance.choice((1000, 70_000, 300_000))),
    lambda chance, whole: whole.replace(b"host: x", b"host: x\r\nexpect: 100-continue\r\nupgrade: websocket"),
    lambda chance, whole: whole.replace(b"content-length: ", b"transfer-encoding: chunked\r\nx: ") + b"zz\r\n",
    lambda chance, whole: whole.replace(b"content-length: ", b"transfer-encoding: chunked\r\nx: ") + b"fffffffff\r\nx",
    lambda chance, whole: whole.replace(b"\r\n", b"\n"),
    lambda chance, whole: chance.randbytes(chance.randrange(1, 500)),
    lambda chance, whole: b"\r\n" * chance.choice((1, 1000)) + whole,
)
