"""Decompression with a limit, so that a small request cannot become a large one."""

from isal import isal_zlib

from collector.door.answers import Kind, RefusedError

_GZIP = 31  # window bits: a gzip member
_MAX_RATIO = 500  # gzip reaches 1032, on nothing but repetition; telemetry with the same prompt in each span some 100
_MAX_MEMBERS = 100  # each one copies what follows it
_FREE = 4 * 1024 * 1024  # up to here any ratio is fine


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """``body`` as it was before ``encoding`` (gzip, or identity). Raises RefusedError, also above ``limit`` bytes."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise RefusedError(
            Kind.UNSUPPORTED_MEDIA,
            f"Content-Encoding {encoding!r} is not supported; send gzip or none (OTEL_EXPORTER_OTLP_COMPRESSION)",
        )
    try:
        return _gunzip(body, limit)
    except isal_zlib.IsalError as error:  # type: ignore[misc]  # its stub calls the class an instance
        raise RefusedError(Kind.INVALID, f"the body is not gzip: {error}") from error


def _gunzip(body: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    size, rest = 0, body
    most = min(limit, max(_FREE, _MAX_RATIO * len(body)))
    while rest or not parts:
        if len(parts) == _MAX_MEMBERS:
            raise RefusedError(Kind.INVALID, f"the body has more than {_MAX_MEMBERS} gzip members; send one")
        member = isal_zlib.decompressobj(_GZIP)
        part = member.decompress(rest, most - size + 1)
        size += len(part)
        if size > most:
            raise _too_large(limit, is_ratio=most < limit)
        if not member.eof:
            raise RefusedError(Kind.INVALID, "the body is not gzip: it ends too early")
        parts.append(part)
        rest = member.unused_data
    return b"".join(parts)


def _too_large(limit: int, *, is_ratio: bool) -> RefusedError:
    bound = f"{_MAX_RATIO} times as large" if is_ratio else f"larger than {limit} bytes"
    return RefusedError(Kind.TOO_LARGE, f"the body is {bound} once inflated")
