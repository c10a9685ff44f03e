"""Every recording of a real instrumentation: nothing lost, nothing leaked, the right tokens."""

import pytest

from tests.transforms import oracle
from tests.transforms.comparing import assert_lossless, rows_of


@pytest.mark.parametrize("recording", oracle.recordings())
def test_every_attribute_comes_back(recording: str) -> None:
    bodies = list(oracle.bodies_of(recording).values())
    spans = list(oracle.sent(bodies))
    rows = rows_of(bodies)
    assert spans
    assert len(rows) == len(spans)
    for row, span in zip(rows, spans, strict=True):
        assert_lossless(row, span)
