"""HTTP: one plain ASGI application. Translates HTTP to the core's terms and back; decides nothing."""

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from collector.door.answers import Answer, Kind, RefusedError
from collector.door.gate import Admitted, Caller
from collector.door.pages import Page, Pages
from collector.door.reading_memory import Held, ReadingMemory
from collector.door.receive import Incoming, Receiver
from collector.door.responses import body as body_of
from collector.door.signals import JSON, LOGS, METRICS, TRACES, Readable, Signal
from collector.outcomes import OUTCOMES

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

EXPORT_PATHS: dict[str, Signal] = {
    f"{prefix}/v1/{signal.name}": signal
    # OTLP's own, Langfuse's and LangSmith's places for it.
    for prefix in ("", "/api/public/otel", "/otel")
    for signal in (TRACES, LOGS, METRICS)
}
OUTCOMES_PATH = "/v1/outcomes"
POST_PATHS: dict[str, Readable] = {**EXPORT_PATHS, OUTCOMES_PATH: OUTCOMES}

CERTIFICATE = "certificate"
"""Key of a connection's state in the ASGI scope: its `PeerCertificate`, where TLS asked for one."""

# OpenTelemetry's exporters for Python long dropped what is answered with 429, which OTLP lets them retry. OTLP allows
# 503 in its place, which all of them retry.
_DROPS_429 = "otel-otlp-exporter-python/"
_LONGEST_NUMBER = 20  # digits of a length


class Asked(Protocol):
    """Paths to POST JSON to that are answered at once and not kept in the log."""

    def __contains__(self, path: str) -> bool: ...
    def admit(self, path: str, caller: Caller) -> Admitted: ...
    async def answer(self, path: str, body: bytes, admitted: Admitted) -> tuple[int, bytes]: ...


class HttpFront:
    """The ASGI application. ``pages`` are the paths to GET (health, metrics …), ``paths`` those to POST to, ``asked``
    those that are answered at once."""

    def __init__(
        self,
        receiver: Receiver,
        pages: Pages,
        *,
        max_request_bytes: int,
        memory: ReadingMemory,
        request_timeout_s: float = 30.0,
        paths: Mapping[str, Readable] = POST_PATHS,
        asked: Asked | None = None,
    ) -> None:
        self._asked = asked
        self._paths = paths
        self._receiver = receiver
        self._max_request_bytes = max_request_bytes
        self._memory = memory
        self._request_timeout_s = request_timeout_s
        self._pages = pages
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="pages")  # large requests keep the others busy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is served here, not {scope['type']}")
        path, method = scope["path"].rstrip("/") or "/", scope["method"]
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        is_json = _media_type(headers) == JSON
        caller = Caller(headers, _peer(scope), scope.get("state", {}).get(CERTIFICATE))
        if self._asked is not None and path in self._asked:
            await self._ask(self._asked, path, method, caller, receive, send)
            return
        try:
            if path in self._pages and method in ("GET", "HEAD"):
                page = self._pages.show(path, caller)
                if not isinstance(page, Page):
                    page = await asyncio.get_running_loop().run_in_executor(self._aside, page)
                await _send(send, page.status, page.content_type, page.text.encode(), is_head=method == "HEAD")
                return
            if path not in self._paths and path not in self._pages:
                raise RefusedError(Kind.NOT_FOUND, f"nothing is at {path}; traces go to /v1/traces")
            if path in self._pages or method != "POST":
                expected = "GET" if path in self._pages else "POST"
                raise RefusedError(Kind.METHOD_NOT_ALLOWED, f"{path} takes {expected}, not {method}")
            answer = await self._take(self._paths[path], caller, is_json, receive)
        except RefusedError as refused:
            answer = refused.answer
            self._receiver.count_refusal(self._paths.get(path), "http", answer)
        await _send_answer(send, self._paths.get(path), answer, headers, is_json=is_json)

    async def _ask(self, asked: Asked, path: str, method: str, caller: Caller, receive: Receive, send: Send) -> None:
        try:
            if method != "POST":
                raise RefusedError(Kind.METHOD_NOT_ALLOWED, f"{path} takes POST, not {method}")
            admitted = asked.admit(path, caller)
            if (media := _media_type(caller.headers)) not in ("", JSON):
                raise RefusedError(Kind.UNSUPPORTED_MEDIA, f"Content-Type {media!r}: expected {JSON}")
            async with self._body(admitted, caller, receive) as body:
                status, said = await asked.answer(path, body, admitted)
            extra = [(b"retry-after", b"1")] if status == Kind.UNAVAILABLE.value.http_status else []
        except RefusedError as refused:
            status, said = refused.answer.kind.value.http_status, json.dumps({"error": refused.answer.message}).encode()
            extra = _refusal_headers(refused.answer, is_post=True)
        await _send(send, status, JSON, said, extra)

    async def _take(self, signal: Readable, caller: Caller, is_json: bool, receive: Receive) -> Answer:
        headers = caller.headers
        admitted = self._receiver.admit(signal, "http", caller)  # before the body: a stranger makes no work
        if _media_type(headers) not in signal.media and not _is_probe(headers):
            kind = headers.get("content-type", "")
            raise RefusedError(Kind.UNSUPPORTED_MEDIA, f"Content-Type {kind!r}: expected {' or '.join(signal.media)}")
        async with self._body(admitted, caller, receive) as body:
            if not body and _is_probe(headers):
                return Answer(Kind.OK)
            encoding = headers.get("content-encoding", "").strip().lower()
            incoming = Incoming(signal, "http", body, headers, admitted, is_json, encoding, caller.peer)
            if incoming.is_large:
                answering = await asyncio.to_thread(self._receiver.receive, incoming)
            else:
                answering = self._receiver.receive(incoming)
            return await asyncio.wrap_future(answering)

    @contextlib.asynccontextmanager
    async def _body(self, admitted: Admitted, caller: Caller, receive: Receive) -> AsyncIterator[bytes]:
        """The body, in memory that is booked within. Raises RefusedError."""
        soon = asyncio.timeout(self._request_timeout_s)
        with self._memory.hold(admitted.name or caller.peer, _ending(soon)) as held:
            body = await self._read_in_time(caller.headers, receive, held, soon)
            held.give_up = None
            yield body

    async def _read_in_time(
        self, headers: Mapping[str, str], receive: Receive, held: Held, soon: asyncio.Timeout
    ) -> bytes:
        try:
            async with soon:
                return await self._read(headers, receive, held)
        except TimeoutError:
            said = f"the body did not arrive within {self._request_timeout_s:g} s (request_timeout_s)"
            if held.is_given_up:
                said = "the body arrives too slowly while others wait for memory"
            raise RefusedError(Kind.UNAVAILABLE, said) from None

    async def _read(self, headers: Mapping[str, str], receive: Receive, held: Held) -> bytes:
        """The whole body. Raises RefusedError as soon as it is known to be too large."""
        length = headers.get("content-length", "")
        if length.isdigit() and (len(length) > _LONGEST_NUMBER or int(length) > self._max_request_bytes):
            raise self._too_large()
        parts: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(Kind.INVALID, "the connection was closed before the body ended")
            parts.append(message.get("body", b""))
            held.add(len(parts[-1]))
            if held.size > self._max_request_bytes:
                raise self._too_large()
            if not message.get("more_body", False):
                break
        body = b"".join(parts)
        if length.isdigit() and int(length) != len(body):
            raise RefusedError(Kind.INVALID, f"{len(body)} bytes of body came, Content-Length said {length}")
        return body

    def _too_large(self) -> RefusedError:
        limit = self._max_request_bytes
        return RefusedError(Kind.TOO_LARGE, f"the body is larger than {limit} bytes (SPANLEDGER_MAX_REQUEST_BYTES)")


def _ending(soon: asyncio.Timeout) -> Callable[[], None]:
    """Ends it at once, from any thread."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        if soon.when() is not None:  # it is being waited for, and not over
            soon.reschedule(loop.time())

    def end_soon() -> None:
        loop.call_soon_threadsafe(end)

    return end_soon


def _peer(scope: Scope) -> str:
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else "unknown"


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_probe(headers: Mapping[str, str]) -> bool:
    """OpenRouter asks with an empty request whether somebody is there."""
    return headers.get("x-test-connection", "").lower() == "true"


def _status(answer: Answer, headers: Mapping[str, str]) -> int:
    if answer.kind is Kind.BUSY and headers.get("user-agent", "").lower().startswith(_DROPS_429):
        return Kind.UNAVAILABLE.value.http_status
    return answer.kind.value.http_status


async def _send_answer(
    send: Send, signal: Readable | None, answer: Answer, headers: Mapping[str, str], *, is_json: bool
) -> None:
    extra = _refusal_headers(answer, is_post=signal is not None)
    content_type, body = body_of(signal, answer, is_json=is_json)
    await _send(send, _status(answer, headers), content_type, body, extra)


def _refusal_headers(answer: Answer, *, is_post: bool) -> list[tuple[bytes, bytes]]:
    extra = []
    if answer.kind.value.is_retryable:
        extra.append((b"retry-after", str(math.ceil(answer.retry_after_s)).encode()))
    if answer.kind is Kind.METHOD_NOT_ALLOWED:
        extra.append((b"allow", b"POST" if is_post else b"GET, HEAD"))
    if answer.kind is Kind.UNAUTHENTICATED:
        extra.append((b"www-authenticate", b'Bearer realm="spanledger"'))
    return extra


async def _send(
    send: Send,
    status: int,
    content_type: str,
    body: bytes,
    extra: list[tuple[bytes, bytes]] | None = None,
    *,
    is_head: bool = False,
) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else body})
