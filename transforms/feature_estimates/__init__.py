"""What a feature will cost before the work: past tasks like it, and how far the next ones may lie from them. Pure.

`reference`: which past tasks are like the planned ones, from the narrowest class to the widest. `totals`: the cost of
one and of k new tasks as a distribution. Method and measurements: docs/estimates.md.
"""

from transforms.feature_estimates.reference import ASKED, Evidence, Reference, Ring, evidence_of, named, reference
from transforms.feature_estimates.totals import FEW, MOST_TASKS, SHIFT, Total, total_cost
from transforms.feature_estimates.wording import basis

__all__ = [
    "ASKED",
    "FEW",
    "MOST_TASKS",
    "SHIFT",
    "Evidence",
    "Reference",
    "Ring",
    "Total",
    "basis",
    "evidence_of",
    "named",
    "reference",
    "total_cost",
]
