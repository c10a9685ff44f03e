"""One random seed for the whole run, the same in every process that shares it; `TEST_SEED` repeats a run.

No test is timed: an example may take as long as a busy machine needs for it.
"""

import os
import random

import hypothesis
import pytest


def pytest_configure() -> None:
    os.environ.setdefault("TEST_SEED", str(random.SystemRandom().randrange(10**6)))
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")


def pytest_report_header() -> str:
    return f"TEST_SEED={os.environ['TEST_SEED']}"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"repeat with TEST_SEED={os.environ['TEST_SEED']}")
