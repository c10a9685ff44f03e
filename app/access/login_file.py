"""Who may see what: the tables `[allow]` and `[[scope]]` of the login file.

[allow]                              # these see everything
emails = ["ada@example.com"]
groups = ["finops"]
groups_claim = "groups"              # where the login says them; dots lead inwards: "realm_access.roles"
session_hours = 24

[[scope]]                            # these see their own: rows of one organization, its teams or projects
groups = ["search-leads"]
organization = "acme"
teams = ["search"]

Rights add up: who is in several sees what any of them shows. So losing one never shows more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.access.scopes import EVERYTHING, Grant, Scope

_WHO = {"emails", "domains", "groups"}
_ALLOW = _WHO | {"everyone", "trust_unverified_email", "session_hours", "groups_claim"}
_SCOPE = _WHO | {"organization", "teams", "projects"}
_HOUR_S = 3600


class LoginFileError(ValueError):
    """`[allow]` or `[[scope]]` cannot be used; the message names the key."""


class RefusedError(Exception):
    """The reader may see nothing; the message says why, to them."""


@dataclass(frozen=True)
class Who:
    """Addresses and domains in lower case; groups as the login spells them."""

    emails: frozenset[str]
    domains: frozenset[str]
    groups: frozenset[str]

    def includes(self, email: str, groups: frozenset[str]) -> bool:
        """Whether a reader of this address ("" where the login vouches for none) and these groups is one of them."""
        name, _, domain = email.rpartition("@")
        return bool(email in self.emails or (name and domain in self.domains) or groups & self.groups)


@dataclass(frozen=True)
class Rules:
    """``is_everyone``: whoever the provider knows sees everything. Sessions end after ``session_hours``."""

    allowed: Who
    is_everyone: bool
    scopes: tuple[tuple[Who, Grant], ...]
    trusts_unverified: bool
    session_hours: float
    groups_claim: str

    def scope(self, user: Mapping[str, Any], now: float) -> Scope:
        """What the user whose claims these are may see. Raises RefusedError where it is nothing."""
        issued = user.get("iat")
        if (
            isinstance(issued, bool)
            or not isinstance(issued, int | float)
            or now - issued > self.session_hours * _HOUR_S
        ):
            raise RefusedError("Your session is over; log in again.")
        if self.is_everyone:
            return EVERYTHING
        email = str(user.get("email") or "").lower()
        is_vouched = user.get("email_verified") is True or self.trusts_unverified
        vouched, groups = email if is_vouched else "", _groups(user, self.groups_claim)
        if self.allowed.includes(vouched, groups):
            return EVERYTHING
        if grants := [grant for who, grant in self.scopes if who.includes(vouched, groups)]:
            return Scope.of(grants)
        raise RefusedError(_why(email, is_vouched=is_vouched))


def _why(email: str, *, is_vouched: bool) -> str:
    if not email:
        return "The login says no e-mail address, so nobody can tell whether you may see this."
    if not is_vouched:
        return f"The login does not vouch for {email} (email_verified)."
    return f"{email} may not see this. Ask whoever runs it."


def _groups(user: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups of a claim: a list of names, or one name. Whatever else it holds names no group."""
    said: Any = user.get(claim)
    if said is None:
        said = user
        for key in claim.split("."):
            said = said.get(key) if isinstance(said, Mapping) else None
    if isinstance(said, str):
        said = [said]
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        return frozenset()
    return frozenset(said)


def read_rules(tables: Mapping[str, Any]) -> Rules:
    """The tables `[allow]` and `[[scope]]` of a login file. Raises LoginFileError."""
    entries = tables.get("scope", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise LoginFileError("expected tables [[scope]], each in double brackets")
    said = tables.get("allow", {} if entries else None)
    if not isinstance(said, dict):
        raise LoginFileError("expected a table [allow] with emails, domains, groups or everyone = true, or [[scope]]")
    scopes = tuple(_scope(entry, f"[[scope]] {number}") for number, entry in enumerate(entries, 1))
    _refuse_unknown(said, _ALLOW, "[allow]")
    rules = Rules(
        _who(said, "[allow]"),
        _flag(said, "everyone"),
        scopes,
        _flag(said, "trust_unverified_email"),
        _hours(said),
        _claim(said),
    )
    _refuse_contradictions(rules)
    return rules


def _refuse_contradictions(rules: Rules) -> None:
    is_someone = rules.allowed.emails or rules.allowed.domains or rules.allowed.groups or rules.is_everyone
    if not is_someone and not rules.scopes:
        raise LoginFileError("[allow] lets nobody in: name emails, domains or groups, or say everyone = true")
    for key, is_said in {"domains": bool(rules.allowed.domains), "everyone": rules.is_everyone}.items():
        if rules.scopes and is_said:
            raise LoginFileError(
                f"[allow] {key} cannot stand beside [[scope]]: whoever falls out of a scope would see everything; "
                "name who sees everything by emails or groups"
            )


def _scope(said: Mapping[str, Any], where: str) -> tuple[Who, Grant]:
    _refuse_unknown(said, _SCOPE, where)
    who = _who(said, where)
    if not (who.emails or who.domains or who.groups):
        raise LoginFileError(f"{where} is nobody's: name emails, domains or groups")
    organization = said.get("organization")
    if not isinstance(organization, str):
        raise LoginFileError(
            f'{where} organization must be the name of one organization ("" for calls that name none); '
            "two organizations may have a team of one name"
        )
    return who, Grant(organization, *(tuple(sorted(_names(said, key, where))) for key in ("teams", "projects")))


def _who(said: Mapping[str, Any], where: str) -> Who:
    emails, domains = (frozenset(name.lower() for name in _names(said, key, where)) for key in ("emails", "domains"))
    return Who(emails, domains, _names(said, "groups", where))


def _refuse_unknown(said: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(said) - known):
        raise LoginFileError(f"{where} has no {unknown[0]!r}; expected some of {sorted(known)}")


def _names(said: Mapping[str, Any], key: str, where: str) -> frozenset[str]:
    """The list under ``key``. One that is said and empty is a slip: `teams = []` must not mean every team."""
    names = said.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise LoginFileError(f"{where} {key} must be a list of names")
    if key in said and not names:
        raise LoginFileError(f"{where} {key} is empty: name some, or leave the key out")
    return frozenset(names)


def _flag(said: Mapping[str, Any], key: str) -> bool:
    flag = said.get(key, False)
    if not isinstance(flag, bool):
        raise LoginFileError(f"[allow] {key} must be true or false")
    return flag


def _claim(said: Mapping[str, Any]) -> str:
    claim = said.get("groups_claim", "groups")
    if not isinstance(claim, str) or not claim:
        raise LoginFileError('[allow] groups_claim must be the name of a claim, such as "groups"')
    return claim


def _hours(said: Mapping[str, Any]) -> float:
    hours = said.get("session_hours", 24)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= 24 * 30:
        raise LoginFileError("[allow] session_hours must be a number of hours up to 720")
    return float(hours)
