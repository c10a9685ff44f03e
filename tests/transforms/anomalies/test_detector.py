"""The detector: blind to the future, the same from any build's cut, quiet on the usual, silent on short history."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.anomalies.detector import DAILY, HOURLY, Floats, Rhythm, judge, past

RNG = np.random.default_rng(4)
OFFICE = np.array([1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 19, 18, 15, 17, 19, 18, 15, 11, 8, 6, 5, 4, 3, 2])


def office(days: int, level: float = 10.0, noise: float = 0.1) -> Floats:
    """Hours of an office rhythm with quiet weekends."""
    week = np.where(np.arange(days) % 7 >= 5, 0.35, 1.0)
    hours = (week[:, None] * OFFICE[None, :]).ravel() * level
    return (hours * RNG.lognormal(0, noise, len(hours)))[:, None]


@pytest.mark.parametrize("rhythm", [HOURLY, DAILY], ids=lambda rhythm: rhythm.grain)
@settings(max_examples=15)
@given(st.integers(0, 2**32), st.integers(1, 200))
def test_the_future_changes_not_one_bit(rhythm: Rhythm, seed: int, later: int) -> None:
    rng = np.random.default_rng(seed)
    amounts = np.where(rng.random((600, 3)) < 0.1, np.nan, rng.lognormal(0, 2, (600, 3)))
    whole, cut = (judge(part, rhythm, least_spread=0.05) for part in (amounts, amounts[: 600 - later]))
    for all_of_it, before in zip(vars(whole).values(), vars(cut).values(), strict=True):
        np.testing.assert_array_equal(all_of_it[: 600 - later], before)


def test_what_lies_beyond_the_lead_is_forgotten() -> None:
    recent = RNG.lognormal(0, 0.3, (HOURLY.lead + 1, 1))
    old = [np.full((50, 1), 7.0), RNG.lognormal(3, 1, (50, 1))]
    scores = [judge(np.concatenate([one, recent]), HOURLY, least_spread=0.05).score[-1, 0] for one in old]
    assert scores[0] == pytest.approx(scores[1], rel=1e-6)


def test_a_weeks_rhythm_is_nothing_unusual_and_a_jump_is() -> None:
    hours = office(56)
    judged = judge(hours, HOURLY, least_spread=0.05)
    assert np.nanmax(judged.score[24 * 14 :]) < HOURLY.threshold
    friday = -48 - 10
    hours[friday] *= 6
    assert judge(hours, HOURLY, least_spread=0.05).score[friday, 0] > HOURLY.threshold


def test_nothing_is_said_before_two_days_are_known() -> None:
    amounts = np.full((60, 1), 1.0)
    amounts[40] = 1e6
    judged = judge(amounts, HOURLY, least_spread=0.05)
    assert np.isnan(judged.score[:48]).all()
    assert not np.isnan(judged.score[48:]).any()


def test_the_limit_is_the_amount_at_which_the_score_reaches_the_threshold() -> None:
    hours = office(30)
    judged = judge(hours, HOURLY, least_spread=0.05)
    at = 24 * 25 + 10
    for share, is_beyond in ((0.999, False), (1.001, True)):
        changed = hours.copy()
        changed[at] = judged.high[at] * share
        assert (judge(changed, HOURLY, least_spread=0.05).score[at, 0] > HOURLY.threshold) == is_beyond


def test_unknown_steps_are_no_part_of_any_mean() -> None:
    values = np.array([[1.0], [np.nan], [3.0], [np.nan], [5.0]])
    mean, spread, known = past(values, 3)
    np.testing.assert_allclose(mean[:, 0], [np.nan, 1, 1, 2, 3])
    np.testing.assert_allclose(spread[:, 0], [np.nan, 0, 0, 1, 0], atol=1e-9)
    assert known[:, 0].tolist() == [0, 1, 1, 2, 1]


def test_only_more_is_unusual_unless_both_sides_are_asked() -> None:
    hours = office(56)
    friday = -48 - 10
    hours[friday] = 0.0
    up, both = (judge(hours, HOURLY, least_spread=0.05, is_two_sided=side) for side in (False, True))
    assert both.score[friday, 0] > up.score[friday, 0]


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="expected steps × series, got an array of 1 dimensions"):
        judge(np.ones(5), HOURLY, least_spread=0.05)
