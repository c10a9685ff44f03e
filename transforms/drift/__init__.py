"""When the cost of a workflow's run changed for good, and what came with it. Pure: no clock, no database."""
