"""One line an event on standard error. Never a token, a header or a body."""

import logging
import sys
import time


def configure_logging(process: str) -> None:
    """Log from INFO up, in UTC: time, level, process, module, message."""
    formatter = logging.Formatter(
        f"%(asctime)s.%(msecs)03dZ %(levelname)s {process} %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
