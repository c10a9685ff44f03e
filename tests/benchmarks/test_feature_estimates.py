"""What docs/estimates.md promises of feature estimates, again and smaller: real task costs, a fixed seed."""

from collections.abc import Iterator

import pytest

from benchmarks import feature_estimates
from benchmarks.feature_estimates import GATE, Trial
from sample_traces.public import PublicSetMissingError


@pytest.fixture(scope="module")
def made() -> Iterator[dict[str, list[Trial]]]:
    try:
        yield feature_estimates.trials(*GATE, count=2, seed=11)
    except PublicSetMissingError as missing:
        pytest.skip(str(missing))


def test_ranges_of_20_new_tasks_from_5_past_ones_hold_and_score_no_worse_than_the_plain_log_normal(
    made: dict[str, list[Trial]],
) -> None:
    assert [str(one) for one in feature_estimates.targets(made) if not one.is_met] == []
    assert len(made["alone"]) == len(made["beside others"]) > 150


def test_the_plain_log_normal_would_break_the_promise(made: dict[str, list[Trial]]) -> None:
    told = feature_estimates.targets(made | {"alone": made["plain log-normal"]})
    broken = [str(one) for one in told if one.is_promise and not one.is_met]
    assert broken[0].startswith("alone: 80% ranges hold: 0.")
    assert "wanted at least 0.75" in broken[0]
