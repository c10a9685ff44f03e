"""An HTTP/1.1 parser that declines to speak another protocol, and takes the request as it stands.

Java's own client offers `Upgrade: h2c` with what it sends; a server may ignore that (RFC 9110, 7.8). httptools ends
such a request at its header, as if it had no body.
"""

from typing import Any

import httptools

_OF_THE_OFFER = frozenset((b"upgrade", b"http2-settings"))


class PlainParser:
    """In place of `httptools.HttpRequestParser`; ``connection`` keeps ``url`` and ``headers`` as they come."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        for name in ("on_message_begin", "on_url", "on_header", "on_body"):
            setattr(self, name, getattr(connection, name))
        self._leniencies: dict[str, bool] = {}
        self._parser = self._new()

    def set_dangerous_leniencies(self, **leniencies: bool) -> None:
        """As the parser's own, which there may be several of."""
        self._leniencies = leniencies
        self._parser.set_dangerous_leniencies(**leniencies)

    def feed_data(self, data: bytes) -> None:
        """Raises httptools.HttpParserError."""
        while data:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                self._decline()
                data = data[offer.args[0] :]
            else:
                return

    def get_method(self) -> bytes:
        """Of the request at hand."""
        return bytes(self._parser.get_method())

    def get_http_version(self) -> str:
        """Of the request at hand, such as 1.1."""
        return str(self._parser.get_http_version())

    def should_keep_alive(self) -> bool:
        """Whether another request may follow."""
        return bool(self._parser.should_keep_alive())

    def should_upgrade(self) -> bool:
        """Never: offers are declined."""
        return False

    def on_headers_complete(self) -> None:
        """The header is whole; one with an offer comes again without it."""
        if not self._parser.should_upgrade():
            self._connection.on_headers_complete()

    def on_message_complete(self) -> None:
        """So is the body."""
        if not self._parser.should_upgrade():
            self._connection.on_message_complete()

    def _decline(self) -> None:
        """Read the header again, without the offer."""
        method, version = self.get_method(), self.get_http_version().encode()
        if method == b"CONNECT":
            raise httptools.HttpParserError("CONNECT asks for a tunnel")
        lines = [b"%s %s HTTP/%s" % (method, self._connection.url, version)]
        lines += [b"%s: %s" % kept for kept in map(_without_offer, self._connection.headers) if kept]
        self._parser = self._new()
        self._parser.feed_data(b"\r\n".join([*lines, b"", b""]))

    def _new(self) -> Any:
        parser = httptools.HttpRequestParser(self)
        if self._leniencies:
            parser.set_dangerous_leniencies(**self._leniencies)
        return parser


def _without_offer(header: tuple[bytes, bytes]) -> tuple[bytes, bytes] | None:
    name, value = header
    if name != b"connection":
        return None if name in _OF_THE_OFFER else header
    tokens = [token.strip() for token in value.split(b",")]
    return name, b", ".join(token for token in tokens if token.lower() not in _OF_THE_OFFER)
