"""Flags: money floors, silence that is not zero, short histories, and a day that is flagged while it runs."""

import numpy as np
import polars as pl

from transforms.anomalies.detector import DAILY, HOURLY, Rhythm
from transforms.anomalies.flags import SERIES, Spend, flags
from transforms.anomalies.money import ABSOLUTE_USD

SERIES_OF = ("acme", "prod", "workflow", "wf-1")
SCHEMA = dict.fromkeys(SERIES, pl.String) | {"step": pl.Int64, "usd": pl.Float64}
NO_FLOORS = pl.DataFrame(
    schema={"organization": pl.String, "environment": pl.String, "day": pl.Int64, "floor_usd": pl.Float64}
)
DAYS = 40


def flagged(hours: dict[int, float], known: set[int], rhythm: Rhythm = HOURLY, until: int = DAYS * 24) -> pl.DataFrame:
    amounts = pl.DataFrame([(*SERIES_OF, step, usd) for step, usd in hours.items()], schema=SCHEMA, orient="row")
    steps = pl.DataFrame({"organization": ["acme"] * len(known), "step": sorted(known)})
    return flags(Spend(amounts, steps, NO_FLOORS), rhythm, 0, until)


def steady(usd: float, steps: int = DAYS * 24) -> dict[int, float]:
    rng = np.random.default_rng(1)
    return {step: float(usd * rng.lognormal(0, 0.1)) for step in range(steps)}


def test_thirty_times_the_usual_is_flagged_with_what_was_expected() -> None:
    hours = steady(1.0)
    hours[900] = 30.0
    found = flagged(hours, set(hours))
    assert found["step"].to_list() == [900]
    [row] = found.to_dicts()
    assert 0.9 < row["expected"] < 1.1
    assert row["low"] < row["expected"] < row["high"] < 30
    assert (row["scope"], row["basis"]) == ("wf-1", "pattern")


def test_three_times_a_cent_is_no_alarm() -> None:
    hours = steady(0.01)
    hours[900] = 0.03
    hours[910] = 0.9
    assert flagged(hours, set(hours)).is_empty()


def test_less_than_twice_the_usual_is_no_alarm_however_steady_it_was() -> None:
    hours = dict.fromkeys(range(DAYS * 24), 100.0)
    hours[900] = 190.0
    assert flagged(hours, set(hours)).is_empty()
    hours[900] = 210.0
    assert len(flagged(hours, set(hours))) == 1


def test_a_zero_is_known_where_the_organization_sent_anything_and_silence_is_not() -> None:
    """A job of every sixth hour: with other calls around it the hours between are zeros and pull the mean down."""
    job = dict.fromkeys(range(0, DAYS * 24, 6), 1.0)
    job[906] = 8.0
    rows = [flagged(job, known).to_dicts() for known in (set(job), set(range(DAYS * 24)))]
    assert [len(one) for one in rows] == [1, 1]
    late = {**job, 907: 8.0}
    of_silence, of_zeros = (
        flagged(late, known | {907}).filter(pl.col("step") == 907) for known in (set(job), set(range(960)))
    )
    assert of_silence["expected"][0] > 0.9, "what is not known is no zero: the usual hour costs 1"
    assert of_zeros["expected"][0] < 0.1


def test_a_short_history_says_nothing_unless_it_is_very_much() -> None:
    hours = steady(1.0, 40)
    hours[30] = 50.0
    assert flagged(hours, set(hours)).is_empty()
    hours[30] = ABSOLUTE_USD["hour"] * 1.2
    found = flagged(hours, set(hours))
    assert found["basis"].to_list() == ["absolute"]
    assert np.isnan(found["score"][0])


def test_a_day_is_flagged_while_it_runs() -> None:
    """Spend only grows: what is too much by noon is too much."""
    days = steady(10.0, 60)
    days[59] = 25.0
    found = flagged(days, set(days), DAILY, 60)
    assert found["step"].to_list() == [59]


def test_the_organization_s_floor_holds_for_its_parts() -> None:
    hours = steady(1.0)
    hours[900] = 30.0
    amounts = pl.DataFrame([(*SERIES_OF, step, usd) for step, usd in hours.items()], schema=SCHEMA, orient="row")
    known = pl.DataFrame({"organization": ["acme"] * len(hours), "step": list(hours)})
    floors = pl.DataFrame({"organization": ["acme"], "environment": ["prod"], "day": [900 // 24], "floor_usd": [40.0]})
    assert flags(Spend(amounts, known, floors), HOURLY, 0, DAYS * 24).is_empty()
