"""A simulated company: said to be simulated, drawn from a seed, with its truth known before any telemetry exists.

>>> company = simulate(seed=7, days=60, scale=0.1, end=date(2026, 11, 1))
>>> write_truth(company, folder)              # Parquet named like the marts, from the events alone
>>> for body in requests(company): send(body) # the same events as OTLP export requests
"""

from sample_traces.company.events import Company
from sample_traces.company.export import requests, write_prices
from sample_traces.company.simulate import simulate
from sample_traces.company.truth import write_truth

__all__ = ["Company", "requests", "simulate", "write_prices", "write_truth"]
