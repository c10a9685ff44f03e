"""Who is let in, and what must stay private: token file, certificate, login file, and who may read the keys."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from collector.door.tls import TlsError, server_context
from collector.door.tokens import Credentials, Entry, TokenFileError, load_tokens
from spanledger import token_file
from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.running.login import LoginError, check_explorer
from spanledger.settings import Settings

_SOON_S = 14 * 86_400
_OTHERS = 0o077


def security(settings: Settings) -> Iterator[Finding]:
    """Findings on what the settings name, and on the key in the data directory."""
    if settings.token_file is not None:
        yield from _tokens(settings.token_file)
    yield from _tls(settings)
    yield from _login(settings)
    secrets = (settings.tls_key_file, settings.login_file, settings.data.absolute() / "hash.key")
    for path in secrets:
        if path is not None and path.exists() and path.stat().st_mode & _OTHERS:
            yield fault("private file", f"others may read {path}", f"chmod 600 {path}")


def _tokens(path: Path) -> Iterator[Finding]:
    try:
        known = load_tokens(path)
    except TokenFileError as error:
        cure = "correct it there; a running collector keeps what it read before, a new one refuses to start"
        yield fault("token file", str(error), cure)
        return
    now = time.time()
    entries = _entries(known)
    holding = [entry for entry in entries if token_file.state(entry, now) == "holds"]
    yield ok("token file", f"{path}: {len(holding)} of {len(entries)} entries hold")
    for entry in holding:
        if entry.expires is not None and entry.expires - now < _SOON_S:
            yield note("token file", f"{entry.name} expires on {_day(entry.expires)}", "spanledger token new")


def _entries(known: Credentials) -> list[Entry]:
    return [*known.tokens, *known.certificates]


def _tls(settings: Settings) -> Iterator[Finding]:
    files = settings.collector_config().tls
    if files is None:
        return
    try:
        server_context(files)
        until = lasts_until(files.certificate, files.key)
    except TlsError as error:
        yield fault("TLS", str(error), "put the right files there; a running collector reads them by itself")
        return
    told = note if until - time.time() < _SOON_S else ok
    yield told("TLS", f"{files.certificate} holds until {_day(until)}")


def _login(settings: Settings) -> Iterator[Finding]:
    try:
        check_explorer(settings)
    except LoginError as error:
        yield fault("login", str(error), "correct it there; the explorer does not start before")
        return
    if settings.login_file is not None:
        yield ok("login", f"{settings.login_file} can be used")


def lasts_until(certificate: Path, key: Path) -> float:
    """Unix seconds until which ``certificate`` holds, by a handshake with itself. Raises TlsError where it does not."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.load_verify_locations(certificate)
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # its own authority need not be known here
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (client.wrap_bio(back, there), server.wrap_bio(there, back, server_side=True))
    for _ in range(6):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                raise TlsError(f"{certificate}: {error.verify_message}") from error
    found = ends[0].getpeercert() or {}
    return float(ssl.cert_time_to_seconds(str(found["notAfter"])))


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
