"""Decompression with a limit, so that a small request cannot become a large one."""

from isal import isal_zlib

from collector.answers import Kind, RefusedError

_GZIP = 31  # window bits: a gzip member


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
    while rest or not parts:
        member = isal_zlib.decompressobj(_GZIP)
        part = member.decompress(rest, limit - size + 1)
        size += len(part)
        if size > limit:
            raise RefusedError(Kind.TOO_LARGE, f"the body is larger than {limit} bytes once inflated")
        if not member.eof:
            raise RefusedError(Kind.INVALID, "the body is not gzip: it ends too early")
        parts.append(part)
        rest = member.unused_data
    return b"".join(parts)
