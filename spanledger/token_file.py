"""Writing the token file: new entries, revoked ones. Reading it, and what it means, is `collector.door.tokens`."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from collector.door.tokens import Entry, TokenFileError, load_tokens, parse
from collector.files import write_atomically

PREFIX = "sl_"
_BYTES = 32  # 256 random bits: no hash has to be slow where nobody can guess
SHORTEST = 32
"""Characters of a token that is not made here."""
_FEWEST_DIFFERENT = 12
_PRIVATE = 0o600
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*(token|certificate)[ \t]*\]\][ \t]*(?:#.*)?$", re.MULTILINE)


class WeakTokenError(ValueError):
    """A token that could be guessed."""


def new_secret() -> str:
    """A token that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def refuse_weak(secret: str) -> None:
    """Raises WeakTokenError, without the token, for one that is short or repeats itself, or cannot be sent."""
    if len(secret) < SHORTEST or len(set(secret)) < _FEWEST_DIFFERENT:
        raise WeakTokenError(
            f"the token must have at least {SHORTEST} random characters, {_FEWEST_DIFFERENT} of them different: only "
            "its plain SHA-256 is kept, which is safe for tokens that cannot be guessed. Leave it out and one is made."
        )
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise WeakTokenError("the token must be printable ASCII without spaces, as headers carry it")


def add(
    path: Path,
    name: str,
    secret: str,
    *,
    organization: str,
    scopes: Sequence[str],
    not_before: datetime | None = None,
    expires: datetime | None = None,
) -> None:
    """Add the hash of ``secret`` to the file, made where there is none.

    Raises TokenFileError, WeakTokenError.
    """
    refuse_weak(secret)
    lines = [
        "[[token]]",
        f"name = {_quoted(name)}",
        f'sha256 = "{hashlib.sha256(secret.encode()).hexdigest()}"',
        f"organization = {_quoted(organization)}",
        f"scopes = [{', '.join(_quoted(scope) for scope in scopes)}]",
        *(f"{key} = {_time(at)}" for key, at in (("not_before", not_before), ("expires", expires)) if at),
    ]
    text = path.read_text() if path.exists() else ""
    _write(path, f"{text.rstrip()}\n\n".lstrip() + "\n".join(lines) + "\n")


def revoke(path: Path, name: str) -> None:
    """Mark the entry of ``name``; it stays, so that its use is known for what it is. Raises TokenFileError."""
    known = load_tokens(path)
    entries = {"token": known.tokens, "certificate": known.certificates}
    places = {kind: [entry.name for entry in each] for kind, each in entries.items()}
    found = next(((kind, names.index(name)) for kind, names in places.items() if name in names), None)
    if found is None:
        every = [entry.name for entry in (*known.tokens, *known.certificates)]
        raise TokenFileError(f"token file {path}: nothing is called {name!r}; there are {every}")
    text = path.read_text()
    headers = [match for match in _HEADER.finditer(text) if match[1] == found[0]]
    end = headers[found[1]].end()
    _write(path, f"{text[:end]}\nrevoked = {_time(datetime.now(UTC))}{text[end:]}")


def state(entry: Entry, now: float | None = None) -> str:
    """One word for whether an entry holds: holds, revoked, expired, later."""
    now = time.time() if now is None else now
    if entry.revoked is not None and now >= entry.revoked:
        return "revoked"
    if entry.expires is not None and now >= entry.expires:
        return "expired"
    return "later" if entry.not_before is not None and now < entry.not_before else "holds"


def _write(path: Path, text: str) -> None:
    """Replace the file by one that can be read, with the same owner; a new one is readable by its owner alone."""
    parse(text, f"token file {path}")
    old = path.stat() if path.exists() else None
    write_atomically(path, text.encode(), mode=_PRIVATE if old is None else old.st_mode & 0o777)
    if old is not None and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
        os.chown(path, old.st_uid, old.st_gid)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
