"""Who is meant: whose user it is, all texts that name them, and the ids of others in which they are a part."""

import secrets
from pathlib import Path, PurePath

import pyarrow.compute as pc

from collector.store.lake import active_files
from collector.store.lake_store import LOCAL, store_of
from spanledger.keeping import expired_spans
from transforms.erasure import Subject, alias_for, is_chance_word
from transforms.pseudonyms import pseudonym

USERS, ORGANIZATIONS = ("user_id", "resource_user_id"), ("organization", "resource_tag_organization")

Known = set[tuple[str, str]]
"""Organization and user id of each user there is."""


def known_users(data: Path, lake: PurePath) -> Known:
    """Every user of the lake and of spans that retention took out of it. Raises LakeError, OSError."""
    found: Known = set()
    store = store_of(lake, data)
    places = [(store, file.path) for file in active_files(lake, store)]
    for at, path in [*places, *((LOCAL, path) for path in expired_spans.all_files(data))]:
        with at.opened(path) as file:
            names = file.schema_arrow.names
            table = file.read(columns=[name for name in (*USERS, *ORGANIZATIONS) if name in names])
        of = [table[name] for name in ORGANIZATIONS if name in names]
        organizations = pc.coalesce(*of, "")
        for name in (name for name in USERS if name in names):
            pairs = table.append_column("of", organizations).group_by(["of", name]).aggregate([])
            found.update(
                (one, user) for one, user in zip(*(pairs[key].to_pylist() for key in ("of", name)), strict=True)
            )
    return {(one, user) for one, user in found if user}


def organizations_of(known: Known, user: str, key: bytes) -> set[str]:
    """Those that have a user of this id or pseudonym."""
    hidden = pseudonym(user, key)
    return {organization for organization, one in known if pseudonym(one, key) == hidden}


def find(known: Known, organization: str, user: str, key: bytes, alias: str | None, *, named_only: bool) -> Subject:
    """The user called ``user``, by id or pseudonym."""
    everybody, hidden = {one for _, one in known}, pseudonym(user, key)
    ids = tuple(dict.fromkeys([user, hidden, *(one for one in sorted(everybody) if pseudonym(one, key) == hidden)]))
    others = tuple(sorted(one for one in everybody if one not in ids and any(text in one for text in ids)))
    made = alias or alias_for(ids, f"{secrets.randbelow(10**14):014d}", secrets.token_hex(6))
    return Subject(organization, ids, made, others, named_only or any(map(is_chance_word, ids)))
