"""kill -9 in the middle of a stream of exports: what was acknowledged is in the lake, each segment exactly once."""

import random
from pathlib import Path

from tests.collector.running import configuration
from tests.end_to_end.storm import SENDERS, Storm

KILLS = 12
"""`python -m benchmarks.soak_faults` does 200, and everything else that can go wrong."""


def test_a_dozen_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random()
    with Storm(configuration(tmp_path, log_segment_max_age_s=0.15), chance=chance) as storm:
        for number in range(KILLS):
            storm.wait_for_more()
            if number % 4 == 3:
                storm.kill_writer()
            else:
                storm.kill()
                storm.start()
        assert storm.stop() == 0, storm.collector.errors()
        balance = storm.balance()
    # Each span was sent once, so a span that is there twice would be a segment that is there twice.
    assert balance.is_right, balance
    assert balance.acknowledged >= KILLS * SENDERS
    assert not storm.config.quarantine.exists()
    assert storm.collector.waiting() == []
