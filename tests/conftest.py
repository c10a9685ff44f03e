"""One seed for whatever draws its inputs, the same in every process and every run unless `TEST_SEED` says another.

A commit that was green stays green, and one that is red is red for what it changed; unseen seeds are searched by
`python -m benchmarks.soak_seeds`. No test is timed: an example may take as long as a busy machine needs for it.
"""

import os
from pathlib import Path

import hypothesis
import pytest

SEED = "20261122"
TESTS = Path(__file__).parent
LONGEST = (
    "spanledger/keeping/test_calls_tier.py",
    "end_to_end/test_receivers.py",
    "end_to_end/test_company.py",
    "end_to_end/test_repricing.py",
    "end_to_end/test_steps.py",
    "end_to_end/test_agent_oddities.py",
    "end_to_end/test_demo.py",
    "end_to_end/test_outcome_orders.py",
    "end_to_end/test_object_store.py",
    "end_to_end/test_cases_of_price_history.py",
    "spanledger/erasing/test_delete_user.py",
    "end_to_end/test_merging.py",
)
"""Files of a minute or so, the longest first. `make test` hands files to processes in the order of the tests: were one
of these begun last, the other processes would have nothing left to do beside it. xdist's own order, files of many tests
first, begins just these last: they have few."""


def pytest_configure() -> None:
    is_fixed = os.environ.setdefault("TEST_SEED", SEED) == SEED
    hypothesis.settings.register_profile("untimed", deadline=None, derandomize=is_fixed)
    hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {TESTS / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_report_header() -> str:
    return f"TEST_SEED={os.environ['TEST_SEED']}"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"repeat with TEST_SEED={os.environ['TEST_SEED']}")
