"""Closed hours are merged in a loop while spans land, builds run and others read the raw lake: is a row lost, or twice?

    python -m benchmarks.soak_compaction --minutes 10

A receiver whose clock is a day behind lands in hours that are over for the collector that keeps the lake, which merges
them twenty times a second and removes what was merged after two seconds. Two processes read all of the lake again and
again, by Arrow and by DuckDB, and a third builds.

Exit code 1 when a reader failed, or saw a row twice or one vanish, or when the build is not what was sent.
"""

import argparse
import dataclasses
import sys
import tempfile
import time
from pathlib import Path

from tests.end_to_end.merging import run


def main() -> int:
    """Run for as long as asked; 0 when every promise held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args().minutes
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), minutes * 60)
    for name, value in dataclasses.asdict(result).items():
        sys.stdout.write(f"{name}: {value}\n")
    is_right = not result.faults and not result.wrong_in_the_build and result.listed_files == 1
    said = "everything held" if is_right else "A PROMISE WAS BROKEN"
    sys.stdout.write(f"{said}; {time.monotonic() - started:.0f} s wall\n")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
