"""What runs here and how it is, read from where it says so itself; this package imports no part it speaks of.

collector    whether one works on the data directory, and what it counted: asked over HTTP, on this machine
exposition   its counters, from the text that /metrics answers with
kept         what builds, settings and the doctor left in the data directory's `run/`
landing      how long the log has kept what is not in the lake yet
disk         what the data directory takes
"""

from app.installation.collector import Arrived, Collector, arrived, collector

__all__ = ["Arrived", "Collector", "arrived", "collector"]
