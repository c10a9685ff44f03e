"""Whether the lake is there, is the one it was, and who may work on it: one data directory keeps it.

A lake says who it is in `lake.json`; the data directory remembers that in `run/lake.json`. A lake on a disk that is not
mounted, or that was removed, is an empty folder or none: a new lake there would hide that the old one is gone, and fill
the wrong disk, and a build of it would show nothing. So nothing lands, and nothing is built, until it is back.
"""

import errno
import logging
import os

from collector.config import CollectorConfig
from collector.files import read_json, write_json
from collector.receiver import receiver_id
from collector.store import keeper, receivers
from collector.store.lake_file import LakeError
from collector.store.lake_store import IDENTITY, LakeStore, StoreError, StoreSetupError, store_of

logger = logging.getLogger(__name__)

NAME = IDENTITY


class LakeGoneError(OSError, LakeError):
    """The lake this data directory wrote to is not where it was."""


def claim(config: CollectorConfig) -> int | None:
    """Take the lake for one collector, for as long as this process lives; make it known on first use.

    Returns the lock's descriptor, None for an object store, which has no such lock. One that was claimed before and
    cannot be asked keeps nobody from starting: nothing lands until it can (`check`). Raises LockedError naming the
    holder, NotKeeperError, ReceiverError, LakeGoneError, OSError. The first one on a lake keeps it; a receiver alone
    takes nothing but its own name there.
    """
    receiver = receiver_id(config.data)
    is_known = _remembered(config) is not None
    try:
        if is_known:
            check(config)
        said, held = _join(config, receiver) if config.receiver_only else _take(config, receiver)
    except StoreError as error:
        if not is_known or isinstance(error, StoreSetupError):
            raise
        logger.error("%s; requests are taken and wait in the log", error)
        return None
    if _remembered(config) != said:  # a full disk must not keep anybody from starting
        write_json(config.run / NAME, {"lake": said, "path": str(config.lake)}, is_durable=True)
    return held


def _join(config: CollectorConfig, receiver: str) -> tuple[str, int | None]:
    keeper.refuse_receiver(config.data, config.lake, receiver)
    said = store_of(config.lake, config.data).identity()
    assert said is not None  # somebody keeps it
    return said, receivers.join(config, receiver)


def _take(config: CollectorConfig, receiver: str) -> tuple[str, int | None]:
    store = store_of(config.lake, config.data)
    said, held = store.claim()
    try:
        keeper.refuse_others(config.data, config.lake)
        if keeper.keeper_of(store) is None:
            _keep(config, store, receiver)
    except BaseException:
        if held is not None:
            os.close(held)
        raise
    return said, held


def _keep(config: CollectorConfig, store: LakeStore, receiver: str) -> None:
    try:
        keeper.keep(config.data, store, receiver)
    except OSError as error:  # a lake of an earlier version, on a full disk: the next start says it
        logger.error("%s cannot say who keeps it: %s", config.lake, error)


def check(config: CollectorConfig) -> None:
    """Raises LakeGoneError unless the lake is the one that was claimed last, or none was ever claimed at its path;
    StoreError where it cannot be asked."""
    known = _remembered(config)
    if known is None or known == store_of(config.lake, config.data).identity():
        return
    raise LakeGoneError(
        errno.ENOENT,
        f"the lake is gone from {config.lake}: mount it or restore it; to begin an empty one, "
        f"remove {config.run / NAME} and start again",
    )


def _remembered(config: CollectorConfig) -> str | None:
    """The lake claimed last; None where there is none, or where the setting names another path since."""
    said = read_json(config.run / NAME) or {}
    return said.get("lake") if said.get("path") == str(config.lake) else None
