"""What the page Estimate says of its figures."""

ONE = (
    "Half of such tasks are expected to cost less, half more. Below it the range made to hold a new task in 8 of 10 "
    "cases."
)
ALL = (
    "What the planned tasks cost together: half of such totals lie below. It is more than a task's middle times their "
    "number, because a few dear tasks carry much of a total. Below it the range made to hold it in 8 of 10 cases."
)
WIDE = "Made to hold the total in 95 of 100 cases."
SIMILAR = "Past tasks within the filters that share all that was chosen, of known cost above zero. Pending ones wait."
SUCCEEDED = "Of those whose outcome is known. Tasks that fail cost as well: plan for more tasks than features."
CLASS = "From the narrowest class to the widest. What was chosen last in the row above is given up first."
LEFT_OUT = "Tasks left out: some call without a known cost, or a cost of zero."
LIKE = "Ids of past tasks that the planned ones resemble; the others of their kind stand beside them."
MODEL = "The model that the task spends most on."
