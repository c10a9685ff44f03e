"""One seed for whatever draws its inputs, the same in every process and every run unless `TEST_SEED` says another.

A commit that was green stays green, and one that is red is red for what it changed; unseen seeds are searched by
`python -m benchmarks.soak_seeds`. No test is timed: an example may take as long as a busy machine needs for it.
"""

import os

import hypothesis
import pytest

SEED = "20261122"


def pytest_configure() -> None:
    is_fixed = os.environ.setdefault("TEST_SEED", SEED) == SEED
    hypothesis.settings.register_profile("untimed", deadline=None, derandomize=is_fixed)
    hypothesis.settings.load_profile("untimed")


def pytest_report_header() -> str:
    return f"TEST_SEED={os.environ['TEST_SEED']}"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"repeat with TEST_SEED={os.environ['TEST_SEED']}")
