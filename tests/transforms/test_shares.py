"""Intervals of shares: against published figures, by property, and equal in Python and SQL."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statistics_macros import rendered
from transforms.shares import Z, least_gained, most_gained, wilson

TRIALS = st.integers(1, 500).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_published_intervals(successes: int, trials: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_the_published_difference() -> None:
    """56/70 less 48/80: 0.0524 to 0.3339. Newcombe 1998, Statistics in Medicine 17:873, table II, method 10."""
    assert most_gained((48, 80), (56, 70)) == pytest.approx(0.3339, abs=5e-5)
    assert least_gained((48, 80), (56, 70)) == pytest.approx(0.0524, abs=5e-5)


@given(TRIALS)
def test_an_interval_holds_its_share(drawn: tuple[int, int]) -> None:
    low, high = wilson(*drawn)
    assert 0 <= low <= drawn[0] / drawn[1] + 1e-12
    assert drawn[0] / drawn[1] - 1e-12 <= high <= 1


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="3 successes of 2 trials"):
        wilson(3, 2)


def test_sql_says_the_same(warehouse: duckdb.DuckDBPyConnection) -> None:
    """All shares of up to 60 trials, and some of many; without a trial SQL says nothing, Python all there is."""
    ends = ", ".join(rendered("wilson_end", side, "successes", "trials") for side in ("-1", "1"))
    found = warehouse.execute(
        f"select successes, trials, {ends} from range(61) a(trials), range(61) b(successes) "
        f"where successes <= trials union all select *, {ends} "
        "from (values (cast(150 as integer), cast(200 as integer)), (39983, 40003)) many(successes, trials)"
    ).fetchall()
    assert len(found) == 62 * 61 / 2 + 2
    for successes, trials, *interval in found:
        if trials:
            assert interval == pytest.approx(wilson(successes, trials), abs=1e-12)
        else:
            assert (interval, wilson(0, 0)) == ([None, None], (0.0, 1.0))
    assert warehouse.execute(f"select cast({rendered('normal_quantile')} as double)").fetchone() == (Z,)
