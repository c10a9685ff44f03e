"""What a feature will cost before the work: past tasks like it, and how far the next ones may lie from them. Pure.

`reference`: which past tasks are like the planned ones, from the narrowest class to the widest. `totals`: the cost of
one and of k new tasks as a distribution. Method and measurements: docs/estimates.md.
"""

from transforms.feature_estimates.reference import ASKED, Evidence, Reference, reference
from transforms.feature_estimates.totals import FEW, MOST_TASKS, Total, total_cost

__all__ = ["ASKED", "FEW", "MOST_TASKS", "Evidence", "Reference", "Total", "reference", "total_cost"]
