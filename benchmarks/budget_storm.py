"""64 clients against one budget for a minute, in which the collector is killed and started again: `python -m
benchmarks.budget_storm`. Prints what became of every dollar as JSON; ends with 1 when a promise is broken.
"""

import argparse
import dataclasses
import json
import resource
import sys
import tempfile
from pathlib import Path

from tests.end_to_end.budget_storm import storm


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--limit-usd", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="budget-storm-") as folder:
        balance = storm(
            Path(folder),
            clients=options.clients,
            seconds=options.seconds,
            kills=options.kills,
            limit_usd=options.limit_usd,
            seed=options.seed,
        )
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = [round(one.ru_utime + one.ru_stime, 1) for one in used]
    said = {**vars(options), **dataclasses.asdict(balance), "clients_cpu_s": cpu_s[0], "collector_cpu_s": cpu_s[1]}
    sys.stdout.write(json.dumps(said, indent=2) + "\n")
    return 0 if balance.is_right and balance.denied else 1


if __name__ == "__main__":
    sys.exit(main())
