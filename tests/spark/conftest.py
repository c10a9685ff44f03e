"""Tests of the extra: `make test-spark` runs them; where its packages are not installed there is nothing to collect."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyspark") else ["*.py", "compared/*", "sql/*"]
