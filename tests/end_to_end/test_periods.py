"""Closed months keep their figures; later changes are booked in the first open one; all time agrees with today."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.charging import PRICES, ask, call, deliver, write_charges

JULY, AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (7, 8, 9, 10))
SUPPORT = "support,support,openai,help,31,USD,2026-07-01,2026-08-01,invoice 1,,"
CORRECTED = "support-2,support,openai,help,62,USD,2026-07-01,2026-08-01,invoice 2,,support"
MONTHS = "select date_trunc('month', date)::date, sum(cost_usd) from rpt_total_cost group by all"
TRUTH = "select (select sum(cost_usd) from fct_calls) + (select sum(unallocated_cost_usd) from fct_charges)"
REPORT = "from rpt_total_cost order by all"


def run(data: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [arguments[0], "--data", str(data), "--by", "ann", *arguments[1:]])
    return result.exit_code, result.output


class State(NamedTuple):
    """What was published at one moment."""

    months: dict[date, Decimal]
    total: Decimal
    truth: Decimal
    corrections: set[tuple[Any, ...]]  # month, month that books it, reason, sum
    periods: dict[date, str]


def state(data: Path) -> State:
    return State(
        dict(ask(data, MONTHS)),
        ask(data, "select sum(cost_usd) from rpt_total_cost")[0][0],
        ask(data, TRUTH)[0][0],
        set(
            ask(data, "select corrects_month, booked_month, reason, sum(change_usd) from fct_corrections group by all")
        ),
        dict(ask(data, "select month, state from dim_periods")),
    )


class Story(NamedTuple):
    """One installation over time."""

    data: Path
    builder: Builder
    states: list[State]
    said: dict[str, tuple[int, str]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    data = tmp_path_factory.mktemp("data")
    prices, charges = data / "prices.csv", write_charges(data / "charges.csv", SUPPORT)
    prices.write_text(PRICES)
    builder = Builder(data, data / "lake", PriceFiles(prices=prices), ChargeFiles(charges))
    states, said = [], {}

    def build() -> None:
        assert builder.build().build_id is not None
        states.append(state(data))

    def say(name: str, *arguments: str) -> None:
        said[name] = run(data, *arguments)

    _until_two_months_are_closed(data, build, say)
    deliver(data, call(5, "2026-07-20", 1000))
    prices.write_text(PRICES.replace("2.5,,", "2.5,,2026-08-01") + "openai,gpt-4o,input,5,2026-08-01,,corrected\n")
    write_charges(charges, SUPPORT, CORRECTED)
    say("stale", "close", "2026-09")
    build()  # 1: three corrections
    say("third", "close", "2026-09")
    deliver(data, call(6, "2026-07-21", 2000))
    build()  # 2: one more
    say("reopen an earlier one", "reopen", "2026-07", "--reason", "a mistake")
    say("reopen without a word", "reopen", "2026-09")
    say("reopen", "reopen", "2026-09", "--reason", "closed too early")
    build()  # 3
    return Story(data, builder, states, said)


def _until_two_months_are_closed(data: Path, build: Callable[[], None], say: Callable[..., None]) -> None:
    deliver(
        data,
        call(1, "2026-07-10", 1000),
        call(2, "2026-07-11", 1000, model="a model nobody sells"),
        call(3, "2026-08-10", 1000),
        call(4, "2026-09-10", 1000),
    )
    build()  # 0
    say("not over", "close", "9998-12")
    say("out of order", "close", "2026-08", "--force", "--reason", "x")
    say("unpriced", "close", "2026-07")
    say("no reason", "close", "2026-07", "--force")
    say("first", "close", "2026-07", "--force", "--reason", "sold by nobody")
    say("again", "close", "2026-07", "--force", "--reason", "x")
    say("second", "close", "2026-08")


def test_a_month_is_closed_when_it_is_over_in_order_and_wholly_priced(story: Story) -> None:
    for name, code, words in (
        ("not over", 2, "9998-12 is not over: it can be closed from 9999-01-01"),
        ("out of order", 2, "2026-07 is open and holds figures; months are closed in order"),
        ("unpriced", 1, "2026-07 holds 1 calls that nobody has a price for (a model nobody sells)"),
        ("no reason", 2, "--force needs a --reason"),
        ("first", 0, "2026-07 is closed by ann with 31.0025"),
        ("again", 2, "2026-07 is closed already"),
        ("second", 0, "2026-08 is closed by ann with 0.0025"),
        ("stale", 1, "1 segments are not in the published build yet; run `spanledger build` first"),
        ("third", 0, "2026-09 is closed by ann with 31.0100"),
    ):
        assert story.said[name][0] == code, (name, story.said[name])
        assert words in story.said[name][1]


def test_a_closed_month_says_what_it_was_closed_with_and_the_first_open_one_books_the_rest(story: Story) -> None:
    before, after = story.states[0], story.states[1]
    assert {month: after.months[month] for month in (JULY, AUGUST)} == {
        JULY: before.months[JULY],
        AUGUST: before.months[AUGUST],
    }
    assert after.corrections == {
        (JULY, SEPTEMBER, "late", Decimal("0.0025")),
        (JULY, SEPTEMBER, "charge", Decimal(31)),
        (AUGUST, SEPTEMBER, "price", Decimal("0.0025")),
    }
    assert after.months[SEPTEMBER] == Decimal("0.005") + Decimal("31.005")
    assert after.periods == {JULY: "closed", AUGUST: "closed", SEPTEMBER: "open"}


def test_corrections_that_a_closed_month_holds_stay_there(story: Story) -> None:
    before, after = story.states[1], story.states[2]
    assert {month: after.months[month] for month in before.months} == before.months
    assert after.corrections == before.corrections | {
        (JULY, SEPTEMBER, "late", Decimal("0.0025")),
        (JULY, OCTOBER, "late", Decimal("0.005")),
    }
    assert after.months[OCTOBER] == Decimal("0.005")


def test_all_time_is_todays_truth_whatever_is_closed(story: Story) -> None:
    assert [one.total for one in story.states] == [one.truth for one in story.states]
    assert len({one.total for one in story.states[:3]}) == 3


def test_the_last_closed_month_is_opened_again_for_a_reason_and_no_other(story: Story) -> None:
    assert story.said["reopen an earlier one"][0] == 2
    assert "the last closed month is 2026-09" in story.said["reopen an earlier one"][1]
    assert story.said["reopen without a word"][0] == 2
    assert story.said["reopen"][0] == 0
    last = story.states[3]
    assert last.periods[SEPTEMBER] == "open"
    assert {row[1] for row in last.corrections} == {SEPTEMBER}
    assert OCTOBER not in last.months
    assert last.total == story.states[2].total


def test_who_closed_a_month_and_why_is_told(story: Story) -> None:
    rows = ask(
        story.data, "select closed_by, reason, is_forced, unpriced_calls, corrected_usd from dim_periods order by month"
    )
    assert rows == [
        ("ann", "sold by nobody", True, 1, Decimal("31.0075")),
        ("ann", None, False, 0, Decimal("0.0025")),
        (None, None, None, None, Decimal(0)),
    ]


def test_a_build_that_makes_everything_anew_says_the_same(story: Story) -> None:
    before = ask(story.data, REPORT)
    assert story.builder.build(full_refresh=True).is_full
    assert ask(story.data, REPORT) == before
    assert state(story.data) == story.states[3]
