"""How many connections there may be follows what the system allows; only who asked for more is warned."""

import subprocess
import sys

ASK = """
import logging, resource, sys
from pathlib import Path
from collector.config import CollectorConfig
from collector.door.open_files import connections_allowed
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[1])))
logging.basicConfig(level="INFO", format="%(levelname)s %(message)s")
asked = {"max_connections": int(sys.argv[2])} if sys.argv[2] else {}
print(connections_allowed(CollectorConfig(Path("d"), Path("l"), **asked)))
"""


def allowed(files: int, asked: str = "") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(files), asked], capture_output=True, text=True, timeout=60, check=True
    )
    return int(done.stdout), done.stderr


def test_by_default_the_limit_in_force_is_said_and_nobody_is_warned() -> None:
    connections, said = allowed(3000)
    assert connections == (3000 - 1024) // 2
    assert said.startswith(f"INFO up to {connections} connections of each transport, not 10000 (max_connections)")


def test_who_asks_for_more_than_the_system_allows_is_warned() -> None:
    connections, said = allowed(3000, "2000")
    assert connections == (3000 - 1024) // 2
    assert said.startswith("WARNING up to")
    assert allowed(3000, "500") == (500, "")
