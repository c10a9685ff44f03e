"""`python -m collector`: the receiver alone; its configuration (JSON) is the first line of standard input."""

import sys

from collector.config import CollectorConfig
from collector.server import run

if __name__ == "__main__":
    sys.exit(run(CollectorConfig.from_json(sys.stdin.readline())))
