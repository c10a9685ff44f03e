"""Budgets: what may be spent by whom in which time, what happens on the way there, and who may be admitted now.

`budget_file` reads the user's YAML, `book` finds the counters that a call counts against, `decision` says what a
request is answered. Nothing here opens anything or asks for the time, so a decision can be replayed.
"""
