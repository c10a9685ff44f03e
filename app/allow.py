"""Whom the explorer lets in: the table `[allow]` of the login file.

[allow]
emails = ["ada@example.com"]
domains = ["example.com"]
session_hours = 24
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FILE = "SPANLEDGER_LOGIN_FILE"
"""Variable that names the file; without it nobody is asked."""

_KEYS = {"emails", "domains", "everyone", "trust_unverified_email", "session_hours"}
_HOUR_S = 3600


class AllowError(ValueError):
    """The table `[allow]` cannot be used; the message names the key."""


@dataclass(frozen=True)
class Allow:
    """Addresses in lower case. ``is_everyone``: whoever the provider knows. Sessions end after ``session_hours``."""

    emails: frozenset[str]
    domains: frozenset[str]
    is_everyone: bool
    trusts_unverified: bool
    session_hours: float

    def refusal(self, user: Mapping[str, Any], now: float) -> str | None:
        """Why the user whose claims these are may not see anything; None where they may."""
        issued = user.get("iat")
        if not isinstance(issued, int | float) or now - issued > self.session_hours * _HOUR_S:
            return "Your session is over; log in again."
        if self.is_everyone:
            return None
        email = str(user.get("email") or "").lower()
        if not email:
            return "The login says no e-mail address, so nobody can tell whether you may see this."
        if user.get("email_verified") is not True and not self.trusts_unverified:
            return f"The login does not vouch for {email} (email_verified)."
        name, _, domain = email.rpartition("@")
        if email in self.emails or (name and domain in self.domains):
            return None
        return f"{email} may not see this. Ask whoever runs it."


def read_allow(tables: Mapping[str, Any]) -> Allow:
    """The table `[allow]` of a login file. Raises AllowError."""
    said = tables.get("allow")
    if not isinstance(said, dict):
        raise AllowError("expected a table [allow] with emails, domains or everyone = true")
    if unknown := sorted(set(said) - _KEYS):
        raise AllowError(f"[allow] has no {unknown[0]!r}; expected some of {sorted(_KEYS)}")
    allow = Allow(
        _names(said, "emails"),
        _names(said, "domains"),
        _flag(said, "everyone"),
        _flag(said, "trust_unverified_email"),
        _hours(said),
    )
    if not (allow.emails or allow.domains or allow.is_everyone):
        raise AllowError("[allow] lets nobody in: name emails or domains, or say everyone = true")
    return allow


def _names(said: Mapping[str, Any], key: str) -> frozenset[str]:
    names = said.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise AllowError(f"[allow] {key} must be a list of names")
    return frozenset(name.lower() for name in names)


def _flag(said: Mapping[str, Any], key: str) -> bool:
    flag = said.get(key, False)
    if not isinstance(flag, bool):
        raise AllowError(f"[allow] {key} must be true or false")
    return flag


def _hours(said: Mapping[str, Any]) -> float:
    hours = said.get("session_hours", 24)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= 24 * 30:
        raise AllowError("[allow] session_hours must be a number of hours up to 720")
    return float(hours)
