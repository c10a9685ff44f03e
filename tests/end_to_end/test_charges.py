"""Seats that pay for calls, through real builds: each day is shared out once, however calls and corrections arrive."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.charging import PRICES, ask, call, costs, deliver, write_charges
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import published
from transforms.pricing.charges import ChargeError

SEATS = "seats,seat,openai,two seats,31,USD,2026-10-01,2026-11-01,invoice 1,seats,"
CORRECTED = "seats-2,seat,openai,four seats,62,USD,2026-10-01,2026-11-01,invoice 2,seats,seats"
CREDIT = "credit,credit,openai,promised,-5,USD,2026-10-10,2026-10-11,a letter,,"
BOTH, ANN = ("rule,allocate_by,user_id\nseats,metered," + users + "\n" for users in ("ann;bob", "ann"))

FIRST = (
    call(1, "2026-10-01", 1000, "ann", task="long"),
    call(2, "2026-10-01", 1000, "carl"),
    call(3, "2026-10-02", 1000, "ann", task="long"),
    call(4, "2026-10-03", 1000, "ann", model="a model nobody sells"),
    call(5, "2026-10-05", 1000, "ann"),
)
LATER = call(6, "2026-10-01", 3000, "bob")


class State(NamedTuple):
    """What was published at one moment."""

    costs: dict[int, Decimal | None]
    left: dict[str, Decimal]  # by charge
    total: Decimal  # calls and what charges leave over
    touched: set[str]
    restated: dict[str, int]  # calls by reason


def state(data: Path) -> State:
    return State(
        costs(data),
        dict(ask(data, "select charge_id, sum(unallocated_cost_usd) from fct_charges group by all")),
        ask(data, "select sum(cost_usd) from rpt_total_cost")[0][0],
        {f"{day}" for (day,) in ask(data, "select date from meta.touched_dates where model = 'int_calls'")},
        dict(ask(data, "select reason, count(*) from fct_restatements group by all")),
    )


class Story(NamedTuple):
    """One installation over time."""

    data: Path
    files: tuple[PriceFiles, ChargeFiles]
    states: list[State]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    data = tmp_path_factory.mktemp("data")
    prices, charges, coverage = (data / f"{name}.csv" for name in ("prices", "charges", "coverage"))
    prices.write_text(PRICES)
    coverage.write_text(BOTH)
    files = (PriceFiles(prices=prices), ChargeFiles(write_charges(charges, SEATS), coverage))
    builder, states = Builder(data, data / "lake", *files), []

    def build() -> None:
        assert builder.build().build_id is not None
        states.append(state(data))

    deliver(data, *FIRST)
    build()
    deliver(data, LATER)
    build()
    write_charges(charges, SEATS, CREDIT, CORRECTED)
    build()
    coverage.write_text(ANN)
    build()
    assert builder.build().build_id is None
    return Story(data, files, states)


def test_a_day_is_shared_out_among_its_calls_and_what_nobody_uses_is_left_over(story: Story) -> None:
    first = story.states[0]
    assert first.costs == {1: 1, 2: Decimal("0.0025"), 3: 1, 4: 0, 5: 1}
    assert first.left == {"seats": 28}
    assert first.total == Decimal("31.0025")


def test_a_call_that_comes_later_takes_its_part_and_only_its_day_is_shared_out_again(story: Story) -> None:
    second = story.states[1]
    assert second.costs == {**story.states[0].costs, 1: Decimal("0.25"), 6: Decimal("0.75")}
    assert (second.left, second.total) == (story.states[0].left, story.states[0].total)
    assert "2026-10-05" not in second.touched
    assert second.restated == {"late": 1, "share": 1}


def test_a_corrected_charge_is_shared_out_on_all_its_days(story: Story) -> None:
    third = story.states[2]
    assert third.costs == {1: Decimal("0.5"), 2: Decimal("0.0025"), 3: 2, 4: 0, 5: 2, 6: Decimal("1.5")}
    assert third.left == {"seats-2": 56, "credit": -5}
    assert third.total == Decimal("57.0025")


def test_a_changed_rule_gives_calls_their_metered_cost_back(story: Story) -> None:
    fourth = story.states[3]
    assert fourth.costs == {**story.states[2].costs, 1: 2, 6: Decimal("0.0075")}
    assert fourth.total == story.states[2].total + Decimal("0.0075")


def test_what_is_metered_stays_beside(story: Story) -> None:
    rows = ask(story.data, "select span_id, charge_id, cost_source, computed_cost_usd, metered_cost_usd from fct_calls")
    found = {int(row[0], 16): row[1:] for row in rows}
    metered = Decimal("0.0025")
    assert found[1] == ("seats-2", "covered", metered, metered)
    assert found[2] == (None, "computed", metered, metered)
    assert found[4] == ("seats-2", "covered", None, None)
    lines = ask(
        story.data,
        """select sum(contracted_cost_usd), sum(effective_cost_usd) from fct_call_charges
        where call_id = (select call_id from fct_calls where span_id like '%1')""",
    )
    assert lines == [(metered, Decimal(2))]


def test_tasks_runs_and_reports_follow(story: Story) -> None:
    assert ask(story.data, "select cost_usd from fct_tasks where task_id = 'long'") == [(4,)]
    assert ask(story.data, "select sum(cost_usd) from rpt_spend_classes") == [(Decimal("6.01"),)]


def test_another_order_of_arrival_and_one_build_give_the_same_tables(story: Story, tmp_path: Path) -> None:
    deliver(tmp_path, LATER, *reversed(FIRST))
    Builder(tmp_path, tmp_path / "lake", *story.files).build()
    assert unequal_marts(tmp_path, story.data) == {}


def test_the_charge_that_was_superseded_is_still_told(story: Story) -> None:
    rows = ask(
        story.data,
        "select charge_id, amount, superseded_by, superseded_at > known_at from dim_charges where category = 'seat'",
    )
    assert sorted(rows) == [("seats", 31, "seats-2", True), ("seats-2", 62, None, None)]


def test_a_charge_is_never_edited_and_never_lost(story: Story) -> None:
    before = published(story.data)
    charges = story.files[1].charges
    assert charges is not None
    text = charges.read_text()
    try:
        write_charges(charges, SEATS.replace(",31,", ",32,"), CREDIT, CORRECTED)
        with pytest.raises(ChargeError, match=r"charges.csv:2: charge seats says otherwise than when it was recorded"):
            Builder(story.data, story.data / "lake", *story.files).build()
        with pytest.raises(ChargeError, match=r"charge seats is recorded and not in the charges file any more"):
            Builder(story.data, story.data / "lake", story.files[0]).build()
    finally:
        charges.write_text(text)
    assert published(story.data) == before
