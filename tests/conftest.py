"""One random seed for the whole run, the same in every process that shares it; `TEST_SEED` repeats a run."""

import os
import random

import pytest


def pytest_configure() -> None:
    os.environ.setdefault("TEST_SEED", str(random.SystemRandom().randrange(10**6)))


def pytest_report_header() -> str:
    return f"TEST_SEED={os.environ['TEST_SEED']}"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"repeat with TEST_SEED={os.environ['TEST_SEED']}")
