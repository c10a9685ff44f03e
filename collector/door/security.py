"""Who may come in: token file, TLS files and the log of refusals, as the server uses them."""

import asyncio
import ssl
from typing import Any

from collector.config import CollectorConfig
from collector.door.gate import Gate
from collector.door.refusals import Refusals
from collector.door.reloading import Reloading
from collector.door.tls import Tls
from collector.door.tokens import Credentials, load_tokens

_LOOK_S = 1.0


class Security:
    """Reads the files. Raises TokenFileError or TlsError for those that cannot be used."""

    def __init__(self, config: CollectorConfig) -> None:
        self.refusals = Refusals()
        self._tokens = _tokens(config)
        self._tls = Tls(config.tls) if config.tls else None
        tokens = self._tokens
        self.gate = Gate((lambda: tokens.value) if tokens else None, self.refusals)

    @property
    def http_context(self) -> ssl.SSLContext | None:
        """For HTTP; None without TLS."""
        return self._tls.http_context() if self._tls else None

    @property
    def grpc_credentials(self) -> Any:
        """For gRPC; None without TLS."""
        return self._tls.grpc_credentials() if self._tls else None

    def problems(self) -> list[str]:
        """Changed files that cannot be used, in words."""
        return [each.problem for each in self._files() if each.problem]

    async def watch(self) -> None:
        """Read files again when they change, and count refusals, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            for each in self._files():
                each.refresh()
            self.refusals.sweep()

    def _files(self) -> list[Reloading[Any]]:
        tls = self._tls.files if self._tls else None
        return [each for each in (self._tokens, tls) if each is not None]


def _tokens(config: CollectorConfig) -> Reloading[Credentials] | None:
    path = config.token_file
    return Reloading("token file", [path], lambda: load_tokens(path)) if path else None
