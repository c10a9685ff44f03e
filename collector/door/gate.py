"""The gate: tells from a request's headers and certificate who sent it, and whether they may; asked before the body.

with a token                     the entry it hashes to
without one, with a certificate  the entry that names it
neither, or an entry that does not hold: refused, and noted in the log once a minute
"""

import base64
import dataclasses
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping

from collector.door.answers import Kind, RefusedError
from collector.door.refusals import Refusals
from collector.door.tokens import ADMIN, Credentials, Entry


@dataclasses.dataclass(frozen=True)
class PeerCertificate:
    """A TLS client's certificate, whose issuer the handshake has checked. ``sha256`` is that of its DER form."""

    sha256: bytes
    common_name: str


@dataclasses.dataclass(frozen=True)
class Caller:
    """Who asks, as the transport saw it: header names in lower case, ``peer`` an address without its port."""

    headers: Mapping[str, str]
    peer: str = "unknown"
    certificate: PeerCertificate | None = None


@dataclasses.dataclass(frozen=True)
class Admitted:
    """Who was let in: the entry's name ('' where nobody asks) and the organization that all they send belongs to."""

    name: str
    organization: str | None


NOBODY_ASKS = Admitted("", None)


class Gate:
    """Lets requests in or refuses them. Without ``credentials`` everyone may do everything, as nobody in particular;
    where TLS asked for a certificate (``trusts_certificates``), that is everyone who has one.
    """

    def __init__(
        self,
        credentials: Callable[[], Credentials] | None,
        refusals: Refusals | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._credentials = credentials
        self._refusals = refusals or Refusals()
        self._clock = clock

    def admit(self, caller: Caller, scope: str, what: str) -> Admitted:
        """Who sent the request; ``what`` says in the log what was asked for.

        Raises RefusedError: unauthenticated, or forbidden for an entry that holds but lacks ``scope``.
        """
        if self._credentials is None:
            return NOBODY_ASKS
        try:
            entry = self._entry(caller, self._credentials())
            _refuse_scope(entry, scope)
        except _NotAdmittedError as refused:
            self._refusals.note(refused.name or caller.peer, refused.reason, f"{what}, from {caller.peer}")
            raise RefusedError(refused.kind, refused.reason) from None
        return Admitted(entry.name, entry.organization)

    def may(self, caller: Caller, scope: str) -> bool:
        """Whether `admit` would let in, without a word about it."""
        if self._credentials is None:
            return True
        try:
            _refuse_scope(self._entry(caller, self._credentials()), scope)
        except _NotAdmittedError:
            return False
        return True

    def _entry(self, caller: Caller, known: Credentials) -> Entry:
        secret = _presented(caller.headers)
        if secret is not None:
            digest, entries, what = hashlib.sha256(secret).digest(), known.tokens, "token"
        elif caller.certificate is not None:
            digest, entries, what = caller.certificate.sha256, known.certificates, "certificate"
        else:
            raise _NotAdmittedError(Kind.UNAUTHENTICATED, "a token is needed: send 'authorization: Bearer <token>'")
        # Every entry is compared, in constant time each, so that the time says nothing about the token.
        found = [entry for entry in entries if entry.sha256 and hmac.compare_digest(entry.sha256, digest)]
        if not found and secret is None and caller.certificate is not None:
            found = [entry for entry in entries if entry.common_name == caller.certificate.common_name]
        if not found:
            raise _NotAdmittedError(Kind.UNAUTHENTICATED, f"the {what} is not known here")
        _refuse_time(found[0], self._clock(), what)
        return found[0]


class _NotAdmittedError(Exception):
    """``name`` is that of the entry, where one was found."""

    def __init__(self, kind: Kind, reason: str, name: str = "") -> None:
        super().__init__(reason)
        self.kind, self.reason, self.name = kind, reason, name


def _refuse_time(entry: Entry, now: float, what: str) -> None:
    for moment, is_over, words in (
        (entry.revoked, True, "has been revoked"),
        (entry.expires, True, "has expired"),
        (entry.not_before, False, "does not hold yet"),
    ):
        if moment is not None and (now >= moment) == is_over:
            raise _NotAdmittedError(Kind.UNAUTHENTICATED, f"the {what} {words}", entry.name)


def _refuse_scope(entry: Entry, scope: str) -> None:
    if not entry.scopes & {scope, ADMIN}:
        raise _NotAdmittedError(Kind.FORBIDDEN, f"the scope {scope!r} is needed", entry.name)


def _presented(headers: Mapping[str, str]) -> bytes | None:
    """The token: a bearer token, the password of Basic authentication (as Langfuse's clients send), or x-api-key."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip().encode()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).partition(b":")[2]
        except ValueError:
            raise _NotAdmittedError(Kind.UNAUTHENTICATED, "the Basic authorization is not base64") from None
    key = headers.get("x-api-key")
    return key.encode() if key else None
