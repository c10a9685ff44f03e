"""One HTTP connection: uvicorn's, within limits, which also tells each request the TLS client's certificate."""

import asyncio

from collector.door.http_front import CERTIFICATE
from collector.door.limited_connection import LimitedConnection
from collector.door.tls import of_http


class Connection(LimitedConnection):
    """uvicorn's protocol; requests find the certificate in the state of their scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's does
        """Keep the certificate for the requests to come."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, CERTIFICATE: of_http(transport.get_extra_info("ssl_object"))}
