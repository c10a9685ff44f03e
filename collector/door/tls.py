"""TLS of both doors: certificate, key, and whose clients' certificates are asked for; replaced without a restart."""

import dataclasses
import hashlib
import ssl
from pathlib import Path
from typing import Any

import grpc

from collector.config import TlsFiles
from collector.door.gate import PeerCertificate
from collector.door.reloading import Reloading


class TlsError(ValueError):
    """Certificate files that cannot be used; names the file."""


@dataclasses.dataclass(frozen=True)
class _Loaded:
    context: ssl.SSLContext
    configuration: Any  # gRPC's


class Tls:
    """Both doors' side of TLS, 1.2 and newer. Raises TlsError for files that do not fit."""

    def __init__(self, files: TlsFiles) -> None:
        self.files = Reloading("TLS files", files.paths, lambda: _load(files))
        self._asks_clients = files.client_ca is not None

    def http_context(self) -> ssl.SSLContext:
        """For the listening socket; each handshake uses the files as they were last read."""

        def newest(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            connection.context = self.files.value.context

        context = self.files.value.context
        context.sni_callback = newest  # called for every hello, with a server name in it or not
        return context

    def grpc_credentials(self) -> Any:
        """The same for gRPC."""
        return grpc.dynamic_ssl_server_credentials(
            self.files.value.configuration, lambda: self.files.value.configuration, self._asks_clients
        )


def _load(files: TlsFiles) -> _Loaded:
    context = server_context(files)
    try:
        pair = (files.key.read_bytes(), files.certificate.read_bytes())
        authorities = files.client_ca.read_bytes() if files.client_ca else None
    except OSError as error:
        raise TlsError(f"{error.filename}: {error.strerror}") from error
    return _Loaded(context, grpc.ssl_server_certificate_configuration([pair], authorities))


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """Python's context of ``files``. Raises TlsError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    try:
        # Without the callback a locked key would be asked for on the terminal.
        context.load_cert_chain(files.certificate, files.key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise TlsError(
            f"{files.certificate} and {files.key} are no certificate (PEM, with its chain) "
            f"and its unlocked key: {error}"
        ) from error
    if files.client_ca:
        _ask_clients(context, files.client_ca)
    return context


def _ask_clients(context: ssl.SSLContext, authorities: Path) -> None:
    try:
        context.load_verify_locations(authorities)
    except OSError as error:
        raise TlsError(f"{authorities} holds no certificates of authorities (PEM): {error}") from error
    context.verify_mode = ssl.CERT_REQUIRED
    # A resumed session is not verified again, so it would outlive a change of authorities.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0


def of_http(connection: ssl.SSLObject | None) -> PeerCertificate | None:
    """The client's certificate of an HTTPS connection; None where none was asked for."""
    der = connection.getpeercert(binary_form=True) if connection else None
    if connection is None or der is None:
        return None
    subject = (connection.getpeercert() or {}).get("subject", ())
    names = [pair[1] for part in subject if isinstance(part, tuple) for pair in part if pair[0] == "commonName"]
    return _certificate(der, names)


def of_grpc(said: dict[str, list[bytes]]) -> PeerCertificate | None:
    """The same of a gRPC call's ``auth_context()``."""
    pem = said.get("x509_pem_cert")
    if not pem:
        return None
    names = [name.decode(errors="replace") for name in said.get("x509_common_name", [])]
    return _certificate(ssl.PEM_cert_to_DER_cert(pem[0].decode()), names)


def _certificate(der: bytes, names: list[Any]) -> PeerCertificate:
    # Several common names would let each side read another one: then only the fingerprint identifies.
    return PeerCertificate(hashlib.sha256(der).digest(), str(names[0]) if len(names) == 1 else "")
