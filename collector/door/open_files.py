"""Every connection is an open file, and so is all else: how many connections the system lets us have."""

import logging
import resource

from collector.config import CollectorConfig

logger = logging.getLogger(__name__)

_OTHER_FILES = 1024  # the log, the lake, connections that are being turned away
_FEWEST = 16


def connections_allowed(config: CollectorConfig) -> int:
    """``max_connections`` of each transport, or fewer where the system allows too few open files.

    Raises the soft limit, which is often 1024 in all, as far as is needed and allowed.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * config.max_connections + _OTHER_FILES
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and most > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most >= needed:
        return config.max_connections
    allowed = max(_FEWEST, (most - min(_OTHER_FILES, most // 2)) // 2)
    is_asked_for = config.max_connections != CollectorConfig.max_connections
    logger.log(
        logging.WARNING if is_asked_for else logging.INFO,
        "up to %d connections of each transport, not %d (max_connections), which need %d open files; "
        "the system allows %d (ulimit -n, LimitNOFILE)",
        *(allowed, config.max_connections, needed, hard),
    )
    return allowed
