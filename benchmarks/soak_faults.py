"""kill -9 under load at random moments, and every fault injected for real: is anything lost, or there twice?

    python -m benchmarks.soak_faults --kills 200

Three senders, over gRPC and HTTP, send one span a request as fast as they are answered, each span once, whether it was
acknowledged or not. Collector and writer are killed, every other time only once the writer is at work; then SIGTERM,
while the senders go on. What is in the lake and in the models of a build is compared with what was acknowledged and
what was sent. Then the faults of `tests.end_to_end.faults`, each on a disk of its own.

Exit code 1 when an acknowledged span is missing, or a span or segment is there twice, or a fault did not end as stated.
"""

import argparse
import random
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.collector.running import configuration
from tests.end_to_end.storm import Storm, figures

VICTIMS = {"collector": 6, "writer": 3, "both": 1}
"""Who is killed, by weight."""
LONGEST_WAIT_S = 0.5
DRAIN_S = 600.0
"""Killed every other second, a writer gets little done; what waits at the end is landed, however long that takes."""


def main() -> int:
    """Run what is asked for; 0 when every promise held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", choices=("kills", "faults"))
    given = parser.parse_args()
    is_right = True
    if given.only != "faults":
        is_right = kills(given.kills, given.seed)
    if given.only != "kills":
        from tests.end_to_end import faults

        is_right = faults.run_all(say) and is_right
    say("everything held" if is_right else "A PROMISE WAS BROKEN")
    return 0 if is_right else 1


def kills(wanted: int, seed: int) -> bool:
    """``wanted`` kills; whether everything acknowledged was there once at the end."""
    chance, killed = random.Random(seed), Counter[str]()
    started, cpu = time.monotonic(), _cpu_seconds()
    with (
        tempfile.TemporaryDirectory() as folder,
        Storm(
            configuration(Path(folder), log_segment_max_age_s=0.3, drain_timeout_s=DRAIN_S), chance=chance, spans=1
        ) as storm,
    ):
        while killed.total() < wanted:
            storm.wait_for_more(40)
            if chance.random() < 0.5:
                storm.wait_for_landing()
            threading.Event().wait(chance.uniform(0, LONGEST_WAIT_S))  # any moment will do
            victim = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0]
            if victim != "collector" and not storm.kill_writer():
                continue
            if victim != "writer":
                storm.kill()
                storm.start()
            killed[victim] += 1
        waiting = len(storm.collector.waiting())
        code = storm.stop(DRAIN_S)
        balance = storm.balance()
        left, is_aside = storm.collector.waiting(), storm.config.quarantine.exists()
    say(
        f"{wanted} kills -9 ({', '.join(f'{victim} {count}' for victim, count in sorted(killed.items()))}), seed {seed}"
    )
    said = f"exit code {code}, {len(left)} left, quarantine used: {is_aside}"
    say(f"SIGTERM under load with {waiting} segments waiting: {said}")
    say(", ".join(f"{name} {value:,}" for name, value in figures(balance).items()))
    say(f"{time.monotonic() - started:.0f} s, {_cpu_seconds() - cpu:.0f} CPU s")
    return balance.is_right and code == 0 and not left and not is_aside


def _cpu_seconds() -> float:
    """Of this process and all it started that have ended."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def say(line: str) -> None:
    """Print at once: a soak takes long."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
