"""What docs/measurements.md says of intervals and verdicts, again and smaller: real costs, a fixed seed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks import interval_coverage, version_verdicts
from benchmarks.openhands import Population, populations
from sample_traces.public import PublicSetMissingError
from transforms.version_compare import ALPHA

PAGE = Path(__file__).parents[2] / "docs" / "measurements.md"
STREAMS = 200


@pytest.fixture(scope="module")
def real() -> Iterator[dict[str, Population]]:
    try:
        yield populations()
    except PublicSetMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("name", interval_coverage.GATED)
@pytest.mark.parametrize("design", interval_coverage.DESIGNS)
def test_intervals_hold_their_coverage_at_1000_tasks(name: str, design: str, real: dict[str, Population]) -> None:
    found = interval_coverage.count(real[name], 1000, design, 4000, np.random.default_rng(11))
    assert found.coverage + found.error >= interval_coverage.LEAST
    assert found.coverage - found.error <= interval_coverage.MOST


@pytest.mark.parametrize("earlier", version_verdicts.EARLIER.values())
def test_of_200_streams_without_a_change_at_most_5_percent_ever_get_a_verdict(
    earlier: int | None, real: dict[str, Population]
) -> None:
    found = version_verdicts.said(real["swt-bench"], earlier, 1.0, STREAMS, np.random.default_rng(11))
    assert found.shape == (STREAMS, version_verdicts.READINGS)
    assert found.any(axis=1).mean() <= ALPHA


def test_a_doubled_cost_is_seen_within_200_tasks(real: dict[str, Population]) -> None:
    found = version_verdicts.said(real["swt-bench"], 1000, 2.0, STREAMS, np.random.default_rng(11))
    assert found[:, :200].any(axis=1).mean() > 0.95


def test_the_page_s_first_table_is_what_the_program_writes(real: dict[str, Population]) -> None:
    """The lines that need no simulation; the rest differs by its own error."""
    page = PAGE.read_text()
    for line in interval_coverage.wholes():
        assert line in page
