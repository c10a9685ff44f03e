"""`python -m collector`: the receiver alone; its configuration (JSON) is the first line of standard input."""

import sys

from collector.config import CollectorConfig
from collector.server import START_ERRORS, run

if __name__ == "__main__":
    try:
        sys.exit(run(CollectorConfig.from_json(sys.stdin.readline())))
    except START_ERRORS as error:
        sys.exit(f"the collector cannot start: {error}")
