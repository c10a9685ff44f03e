"""Arbitrary requests: the columnar reading says what a plain loop over protobuf objects says."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transforms import oracle, oracle_columns
from tests.transforms.comparing import HIDE, KEEP, assert_lossless, rows_of
from tests.transforms.generating import bodies
from transforms.columns import CANONICAL

_SETTINGS = settings(max_examples=60, suppress_health_check=list(HealthCheck))
_BATCHES = st.lists(bodies(), max_size=3)


@_SETTINGS
@given(_BATCHES)
def test_every_attribute_of_any_request_comes_back(batch: list[bytes]) -> None:
    spans = list(oracle.sent(batch))
    rows = rows_of(batch, KEEP)
    assert len(rows) == len(spans)
    for row, span in zip(rows, spans, strict=True):
        assert_lossless(row, span)


@_SETTINGS
@given(_BATCHES)
def test_columns_are_those_of_a_plain_loop(batch: list[bytes]) -> None:
    for row, span in zip(rows_of(batch, KEEP), oracle.sent(batch), strict=True):
        expected = oracle_columns.columns(span)
        assert {name: row[name] for name in expected} == expected


@_SETTINGS
@given(_BATCHES)
def test_batching_and_content_change_no_column(batch: list[bytes]) -> None:
    one_by_one = [row for body in batch for row in rows_of([body], HIDE)]
    for together, alone in zip(rows_of(batch, KEEP), one_by_one, strict=True):
        for name in CANONICAL:
            assert repr(together[name]) == repr(alone[name]), name
