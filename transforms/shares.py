"""How sure a share of successes is: Wilson's interval, and Newcombe's of the difference of two shares.

`wilson` is SQL too (`wilson_end` in `dbt_project/macros/intervals.sql`); a test holds the two together.
"""

import math

Z = 1.959963984540054
"""97.5 % quantile of the standard normal distribution."""


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); 0 to 1 without a trial. Raises ValueError on more successes."""
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, Z * Z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = Z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def most_gained(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The upper end of the 95 % interval of the later share less the earlier one's (Newcombe 1998, method 10).

    Each is (successes, trials), of one trial or more.
    """
    here, there = before[0] / before[1], after[0] / after[1]
    low, high = wilson(*before)[0], wilson(*after)[1]
    return there - here + math.hypot(high - there, here - low)


def least_gained(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The lower end of the same interval."""
    return -most_gained(after, before)
