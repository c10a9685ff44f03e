"""The token file: who may do what, and as which organization.

It is TOML and holds no secret, only SHA-256 hashes of tokens and what certificates are called:

    [[token]]
    name = "ci"
    sha256 = "hex digest of the token"
    organization = "acme"
    scopes = ["ingest", "outcomes"]
    expires = 2027-01-01T00:00:00Z

    [[certificate]]              # of a TLS client; its issuer must be in SPANLEDGER_TLS_CLIENT_CA_FILE
    common_name = "agents.acme"  # or sha256, the certificate's fingerprint
    organization = "acme"
"""

import dataclasses
import datetime
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

INGEST, OUTCOMES, BUDGET, READ, ADMIN = "ingest", "outcomes", "budget", "read", "admin"
SCOPES: dict[str, str] = {
    INGEST: "send telemetry",
    OUTCOMES: "say outcomes of tasks",
    BUDGET: "ask for budget",
    READ: "read metrics, readiness in detail and the description of the interface",
    ADMIN: "everything above",
}
"""Every scope there is, and what it lets do."""

DEFAULT_SCOPES = (INGEST, OUTCOMES)
"""Of an entry that names none."""

_MAX_NAME = 200
_HEX = frozenset("0123456789abcdef")


class TokenFileError(ValueError):
    """A token file that cannot be used; names the file and the entry."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry of the file. It holds from ``not_before`` until ``expires`` (unix seconds), and not once revoked."""

    name: str
    organization: str
    scopes: frozenset[str]
    sha256: bytes | None = None  # of the token, or of the certificate in DER
    common_name: str | None = None  # of a certificate
    not_before: float | None = None
    expires: float | None = None
    revoked: float | None = None


@dataclasses.dataclass(frozen=True)
class Credentials:
    """All that a token file says."""

    tokens: tuple[Entry, ...]
    certificates: tuple[Entry, ...] = ()


def load_tokens(path: Path) -> Credentials:
    """The entries of ``path``. Raises TokenFileError."""
    try:
        return parse(path.read_text(), f"token file {path}")
    except (OSError, UnicodeDecodeError) as error:
        raise TokenFileError(f"token file {path}: {error}") from error


def parse(text: str, where: str) -> Credentials:
    """The entries of a token file's ``text``. Raises TokenFileError, in which ``where`` names the file."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TokenFileError(f"{where}: {error}") from error
    if unknown := sorted(set(tables) - {"token", "certificate"}):
        raise TokenFileError(f"{where}: expected [[token]] and [[certificate]] entries, got {unknown}")
    read = {kind: _entries(tables.get(kind, []), kind, where) for kind in ("token", "certificate")}
    if not read["token"] and not read["certificate"]:
        raise TokenFileError(f"{where}: expected at least one [[token]] or [[certificate]] entry")
    _refuse_repeats([*read["token"], *read["certificate"]], where)
    return Credentials(read["token"], read["certificate"])


def _entries(tables: Any, kind: str, where: str) -> tuple[Entry, ...]:
    if not isinstance(tables, list):
        raise TokenFileError(f"{where}: {kind} must be a list of tables, written [[{kind}]]")
    return tuple(_read_entry(entry, kind, f"{where}, {kind} {number}") for number, entry in enumerate(tables, 1))


def _read_entry(entry: Any, kind: str, where: str) -> Entry:
    keys = {"name", "sha256", "organization", "scopes", *_TIMES} | ({"common_name"} if kind == "certificate" else set())
    if not isinstance(entry, dict) or (unknown := set(entry) - keys):
        raise TokenFileError(f"{where}: expected {', '.join(sorted(keys))}, got {sorted(unknown)} beside them")
    if kind == "certificate" and ("sha256" in entry) == ("common_name" in entry):
        raise TokenFileError(f"{where}: expected either sha256 or common_name")
    common_name = _name(entry, "common_name", where) if "common_name" in entry else None
    digest = None if common_name else _digest(entry.get("sha256"), kind, where)
    name = _name(entry, "name", where) if "name" in entry else common_name or f"{kind}-{(digest or b'').hex()[:8]}"
    times = {key: _time(entry.get(key), key, where) for key in _TIMES}
    return Entry(name, _name(entry, "organization", where), _scopes(entry, where), digest, common_name, **times)


_TIMES = ("not_before", "expires", "revoked")


def _name(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME or not value.isprintable():
        raise TokenFileError(f"{where}: {key} must be a name of 1 to {_MAX_NAME} characters")
    return value


def _digest(value: Any, kind: str, where: str) -> bytes:
    if not isinstance(value, str) or len(value) != 64 or not set(value.lower()) <= _HEX:
        raise TokenFileError(f"{where}: sha256 must be 64 hex digits, the SHA-256 of the {kind}")
    return bytes.fromhex(value)


def _scopes(entry: Mapping[str, Any], where: str) -> frozenset[str]:
    scopes = entry.get("scopes", list(DEFAULT_SCOPES))
    if not isinstance(scopes, list) or not scopes or not all(isinstance(scope, str) for scope in scopes):
        raise TokenFileError(f'{where}: scopes must be a list such as ["{INGEST}"]')
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise TokenFileError(f"{where}: {unknown} are no scopes; expected some of {list(SCOPES)}")
    return frozenset(scopes)


def _time(value: Any, key: str, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.UTC)
    if not isinstance(value, datetime.datetime) or value.tzinfo is None:
        raise TokenFileError(f"{where}: {key} must be a time with its zone, such as 2027-01-01T00:00:00Z, or a day")
    return value.timestamp()


def _refuse_repeats(entries: list[Entry], where: str) -> None:
    for what, values in (
        ("name", [entry.name for entry in entries]),
        ("sha256", [entry.sha256.hex() for entry in entries if entry.sha256]),
        ("common_name", [entry.common_name for entry in entries if entry.common_name]),
    ):
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise TokenFileError(f"{where}: {what} {twice[0]!r} stands twice; each entry needs its own")
