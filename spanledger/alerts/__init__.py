"""Alerts at work: events read from a published build, records kept in the data directory, messages delivered.

`looking` does one look: what is so now, what changed, who is told. What is decided stands in `transforms.alerts`.
"""
