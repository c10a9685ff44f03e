"""Who keeps a lake: one data directory. It compacts, reads again, removes by age, builds, and decides by budgets.

Other data directories may land in the lake beside it, as receivers alone (`receiver_only`). `lake.json` names the
keeper by its receiver id and says which key hashes contents there: rows hashed with another would never match.
"""

import hashlib
from pathlib import Path, PurePath

from collector.files import LockedError, secret_key
from collector.receiver import known_id
from collector.store.lake_file import LakeError
from collector.store.lake_store import IDENTITY, LakeStore, store_of

KEY_NAME = "hash.key"


class NotKeeperError(LockedError, LakeError):
    """The lake is kept by another data directory."""


class ReceiverError(LockedError):
    """This data directory cannot be a receiver of the lake as it is."""


def keeper_of(store: LakeStore) -> str | None:
    """The receiver id of the data directory that keeps a lake; None where none ever said so."""
    found = (store.said(IDENTITY) or {}).get("keeper")
    return str(found) if found else None


def refuse_others(data: Path, lake: PurePath) -> None:
    """Raises NotKeeperError where ``lake`` is kept by another data directory than ``data``."""
    keeper = keeper_of(store_of(lake, data))
    if keeper is None or keeper == known_id(data):
        return
    raise NotKeeperError(
        f"the lake {lake} is kept by the data directory with receiver id {keeper}, and {data} is another one: builds, "
        "compaction, retention and budgets are its work alone. To take spans in here as well, start `spanledger "
        "collect` with SPANLEDGER_RECEIVER_ONLY=true; to keep the lake from here on, stop the other one for good and "
        "run `spanledger lake keep`"
    )


def keep(data: Path, store: LakeStore, receiver: str) -> None:
    """Write down in a lake, which says who it is, that ``data`` keeps it and whose key hashes. Raises OSError."""
    said = store.said(IDENTITY) or {}
    wanted = {**said, "keeper": receiver, "hash_key": _fingerprint(data)}
    if said != wanted:
        store.say(IDENTITY, wanted)


def refuse_receiver(data: Path, lake: PurePath, receiver: str) -> None:
    """Raises ReceiverError unless ``data`` can land in ``lake`` beside the one that keeps it."""
    said = store_of(lake, data).said(IDENTITY) or {}
    if not said.get("keeper"):
        raise ReceiverError(
            f"{lake} is no lake that anybody keeps (no keeper in {IDENTITY}): mount it, or start the collector that "
            "keeps it first; a receiver alone begins none (SPANLEDGER_RECEIVER_ONLY)"
        )
    if said["keeper"] == receiver:
        raise ReceiverError(
            f"{data} keeps the lake {lake}, so it cannot be a receiver alone: unset SPANLEDGER_RECEIVER_ONLY, or let "
            "another data directory take it over (`spanledger lake keep` there)"
        )
    if not (data / KEY_NAME).exists() or _fingerprint(data) != said.get("hash_key"):
        raise ReceiverError(
            f"{data / KEY_NAME} is not the key that hashes contents in the lake {lake}: copy {KEY_NAME} of the data "
            "directory that keeps it (mode 600); hashes made with another key would never match"
        )


def _fingerprint(data: Path) -> str:
    return hashlib.sha256(b"spanledger hash.key\0" + secret_key(data / KEY_NAME)).hexdigest()[:32]
