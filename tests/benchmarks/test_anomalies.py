"""What docs/anomalies.md says, again and smaller."""

from collections.abc import Iterator

import pytest

from benchmarks import planted
from benchmarks.anomalies import END, NAIVE, OURS, RULES, is_better, labelled
from benchmarks.labelled_series import Series, load
from sample_traces.public import PublicSetMissingError


@pytest.fixture(scope="module")
def series() -> Iterator[list[Series]]:
    try:
        yield load()
    except PublicSetMissingError as missing:
        pytest.skip(str(missing))


def test_the_detector_beats_the_naive_rule_on_series_that_chose_no_threshold(series: list[Series]) -> None:
    assert sum(len(one.windows) for one in series) == 59
    found = labelled(series, 20, only=(NAIVE, OURS))
    assert is_better(found), found
    assert found[OURS].f1 > 0.45
    assert set(found) < set(RULES)


def test_the_runaway_is_found_in_its_hour_and_ordinary_days_raise_no_alarm() -> None:
    company = planted.judged(3, END)
    assert company.is_found
    assert company.false == ()
