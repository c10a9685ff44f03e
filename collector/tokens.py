"""Ingest tokens: who may send, and as which organization.

The token file is TOML and holds no token, only their hashes:

    [[token]]
    sha256 = "hex digest of the token"
    organization = "acme"
    scopes = ["ingest"]
"""

import base64
import binascii
import dataclasses
import hashlib
import hmac
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collector.answers import Kind, RefusedError

INGEST = "ingest"
_MAX_NAME = 200


class TokenFileError(ValueError):
    """A token file that cannot be used; names the file and the entry."""


@dataclasses.dataclass(frozen=True)
class Token:
    """One entry of the token file."""

    sha256: bytes
    organization: str
    scopes: frozenset[str]


def load_tokens(path: Path) -> list[Token]:
    """The entries of ``path``. Raises TokenFileError."""
    try:
        entries = tomllib.loads(path.read_text()).get("token", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TokenFileError(f"token file {path}: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise TokenFileError(f"token file {path}: expected at least one [[token]] entry")
    return [_read_entry(entry, f"token file {path}, entry {number}") for number, entry in enumerate(entries, 1)]


def _read_entry(entry: Any, where: str) -> Token:
    if not isinstance(entry, dict) or (unknown := set(entry) - {"sha256", "organization", "scopes"}):
        raise TokenFileError(f"{where}: expected sha256, organization and scopes, got {sorted(unknown)} beside them")
    digest, organization, scopes = entry.get("sha256"), entry.get("organization"), entry.get("scopes", [INGEST])
    if not isinstance(digest, str) or len(digest) != 64 or not set(digest.lower()) <= set("0123456789abcdef"):
        raise TokenFileError(f"{where}: sha256 must be 64 hex digits, the SHA-256 of the token")
    if not isinstance(organization, str) or not 0 < len(organization) <= _MAX_NAME:
        raise TokenFileError(f"{where}: organization must be a name of 1 to {_MAX_NAME} characters")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise TokenFileError(f'{where}: scopes must be a list such as ["{INGEST}"]')
    return Token(bytes.fromhex(digest), organization, frozenset(scopes))


class Gate:
    """Tells a request's organization from its headers; without tokens everyone may send, as nobody in particular."""

    def __init__(self, tokens: list[Token] | None) -> None:
        self._tokens = tokens

    def organization(self, headers: Mapping[str, str], scope: str = INGEST) -> str | None:
        """The sender's organization; None where the receiver asks for no token.

        ``headers`` has lower-case names. Raises RefusedError (unauthenticated, or forbidden without ``scope``).
        """
        if self._tokens is None:
            return None
        secret = _presented(headers)
        if secret is None:
            raise RefusedError(Kind.UNAUTHENTICATED, "a token is needed: send 'authorization: Bearer <token>'")
        digest = hashlib.sha256(secret).digest()
        # Every entry is compared, in constant time each, so that the time says nothing about the token.
        found = [token for token in self._tokens if hmac.compare_digest(token.sha256, digest)]
        if not found:
            raise RefusedError(Kind.UNAUTHENTICATED, "the token is not known here")
        if scope not in found[0].scopes:
            raise RefusedError(Kind.FORBIDDEN, f"the token lacks the scope {scope!r}")
        return found[0].organization


def _presented(headers: Mapping[str, str]) -> bytes | None:
    """The token: a bearer token, the password of Basic authentication (as Langfuse's clients send), or x-api-key."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip().encode()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).partition(b":")[2]
        except binascii.Error:
            raise RefusedError(Kind.UNAUTHENTICATED, "the Basic authorization is not base64") from None
    key = headers.get("x-api-key")
    return key.encode() if key else None
