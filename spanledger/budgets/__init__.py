"""Budgets in the warehouse and on the command line: what holds, what was known when, what a build needs of them."""
