"""Faults of disks, injected for real; `python -m benchmarks.soak_faults --only faults` injects all of them."""

import pytest

from tests.end_to_end import disks, faults

QUICK = ("full_disk", "failing_fdatasync", "failing_rename", "vanished_lake")
"""One of each kind: the others differ in which folder is hit, or take longer."""


@pytest.mark.parametrize("fault", QUICK)
def test_a_fault_loses_and_doubles_nothing_and_is_over_when_it_is_over(fault: str) -> None:
    if reason := faults.why_not(fault):
        pytest.skip(f"needs root and a mount namespace of its own: {reason}")
    done = disks.in_namespace("tests.end_to_end.faults", [fault], 250)
    assert done.returncode == 0, done.stderr


def test_every_fault_says_what_it_is() -> None:
    assert set(QUICK) <= set(faults.FAULTS)
    assert all(one.__doc__ for one in faults.FAULTS.values())
