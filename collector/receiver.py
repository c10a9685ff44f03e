"""Who receives here: an id of the data directory's own in `receiver.json`, made once and never changed.

It is part of the name of everything that lands from here, so receivers that share a lake need not ask each other for
names, and it is what a lake says of the data directory that keeps it (`collector.store.keeper`). A backup holds it.
"""

import logging
import secrets
from pathlib import Path

from collector.files import make_folder, read_json, write_json

logger = logging.getLogger(__name__)

NAME = "receiver.json"


def known_id(data: Path) -> str | None:
    """The id of ``data``; None where nothing was ever received. Raises ValueError naming a damaged file."""
    said = read_json(data / NAME)
    if said is None:
        return None
    found = said.get("receiver")
    if not isinstance(found, str) or not found:
        raise ValueError(f"{data / NAME} does not say a receiver; restore it from a backup")
    return found


def receiver_id(data: Path) -> str:
    """The id of ``data``, made on first use.

    On a full disk it is one for this start alone: what is in the log must be able to land, and names stay apart by the
    start's own part (`collector.wal.log`).
    """
    found = known_id(data)
    if found is None:
        found = secrets.token_hex(4)
        try:
            make_folder(data)
            write_json(data / NAME, {"receiver": found}, is_durable=True)
        except OSError as error:
            logger.error("%s cannot be written: %s", data / NAME, error)
    return found
