"""From which sums on an unusual hour or day is worth anybody's while.

The floors bound the number of series too: one can only be flagged where it spends at least the floor on one day.
"""

LEAST_USD = 1.0
"""No alarm for an excess below this, whatever the score: three times a cent is no news."""
LEAST_SHARE = 0.05
"""Nor below this share of what the organization (and environment) spends on an average of the 28 days before."""
FLOOR_DAYS = 28
LEAST_TIMES = {"hour": 2.0, "day": 1.5}
"""Nor below so many times what was expected."""
LEAST_SPREAD_USD = 0.05
"""Spreads below this are taken for this: where cents are spent, cents tell nothing apart."""
ABSOLUTE_USD = {"hour": 100.0, "day": 1000.0}
"""Where the history is too short for a pattern: an amount above this and above `ABSOLUTE_TIMES` the mean so far."""
ABSOLUTE_TIMES = 10.0
FEWEST_FOR_ABSOLUTE = 6
