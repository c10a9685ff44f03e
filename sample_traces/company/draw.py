"""Seeded draws: counts, times of day, token sizes, ids. The same key gives the same draws for ever."""

import hashlib
import math
import random
from datetime import UTC, date, datetime, timedelta

MS = 1_000_000
HOUR_WEIGHTS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 19, 18, 15, 17, 19, 18, 15, 11, 8, 6, 5, 4, 3, 2)
"""How often work starts in each UTC hour: an office day with a long tail."""


class Draw:
    """Draws for one day of one workflow, so that a change in one leaves all others as they were."""

    def __init__(self, seed: int, day: int, stream: str) -> None:
        self.random = random.Random(f"{seed}/{day}/{stream}")

    def chance(self, share: float) -> bool:
        """True in that share of draws."""
        return self.random.random() < share

    def count(self, mean: float) -> int:
        """A Poisson count (Knuth's method; means here stay below 100)."""
        limit, product, drawn = math.exp(-mean), self.random.random(), 0
        while product > limit:
            product *= self.random.random()
            drawn += 1
        return drawn

    def moment(self, day: date) -> int:
        """Unix nanoseconds of a moment of the day, by the office rhythm."""
        hour = self.random.choices(range(24), HOUR_WEIGHTS)[0]
        return self.moment_in_hour(day, hour)

    def moment_in_hour(self, day: date, hour: int) -> int:
        """Unix nanoseconds of a moment within one UTC hour."""
        start = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return (start // timedelta(milliseconds=1) + self.random.randrange(3_600_000)) * MS

    def tokens(self, median: float, spread: float = 0.45) -> int:
        """A log-normal count of tokens, at least 1."""
        return max(1, round(self.random.lognormvariate(math.log(median), spread)))

    def duration(self, median_ms: float, spread: float = 0.35) -> int:
        """A log-normal duration in nanoseconds on whole milliseconds, at least 5 ms."""
        return max(5, round(self.random.lognormvariate(math.log(median_ms), spread))) * MS

    def trace_id(self) -> str:
        """16 bytes as hex, never all zero."""
        return f"{self.random.getrandbits(127) + 1:032x}"

    def span_id(self) -> str:
        """8 bytes as hex, never all zero."""
        return f"{self.random.getrandbits(63) + 1:016x}"

    def digest(self) -> str:
        """A hash of some fresh request content."""
        return hashlib.sha256(self.random.randbytes(16)).hexdigest()[:32]

    def name(self, prefix: str) -> str:
        """A fresh readable id such as ``ticket-4f3a91c2``."""
        return f"{prefix}-{self.random.getrandbits(40):010x}"
