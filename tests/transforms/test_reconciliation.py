"""Every reason a difference can have, one at a time and in numbers small enough to check by hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.invoices.lines import InvoiceLine, Meaning, invoice
from transforms.pricing.model_names import ModelNames
from transforms.reconciliation.boundaries import Boundary
from transforms.reconciliation.cells import Ours
from transforms.reconciliation.naming import Naming
from transforms.reconciliation.numbers import Interval
from transforms.reconciliation.reconciling import Facts, Reconciliation, reconcile

FIRST = date(2026, 10, 1)
DAYS = 10
MILLION = 1_000_000
PRICES = {"input": Decimal("2.50"), "cache_read": Decimal("1.25"), "output": Decimal("10")}
QUARTERS = 96
START = (FIRST - date(1970, 1, 1)).days * QUARTERS


def at(offset: int, name: str) -> Boundary:
    """Days that begin ``offset`` quarter hours after UTC's."""
    return Boundary(name, FIRST, tuple(START + offset + day * QUARTERS for day in range(DAYS + 1)))


UTC = at(0, "UTC")
WEST = at(32, "eight hours behind")


def used(day: int, kind: str, quantity: int, hour: int = 12, project: str = "", priced: bool = True) -> Ours:
    """Usage of gpt-4o on a day, at its list price."""
    whole = Decimal(quantity)
    cost = whole * PRICES[kind] / MILLION if priced else Decimal(0)
    unpriced = Decimal(0) if priced else whole
    return Ours(START + day * QUARTERS + hour * 4, "openai", "gpt-4o", project, kind, whole, unpriced, cost)


def billed(day: int, kind: str | None, quantity: int | None, amount: str | None, **more: object) -> InvoiceLine:
    """A line for gpt-4o."""
    line = InvoiceLine("file:1", FIRST + timedelta(days=day), "openai", "gpt-4o-2024-08-06", kind)
    money = None if amount is None else Decimal(amount)
    count = None if quantity is None else Decimal(quantity)
    return replace(line, quantity=count, amount=money, **more)  # type: ignore[arg-type]  # fields are the caller's


def compared(ours: Iterable[Ours], lines: Iterable[InvoiceLine], **more: object) -> Reconciliation:
    said = invoice("file", "test", lines, (FIRST, FIRST + timedelta(days=DAYS - 1)))
    known = list(ours)
    naming = Naming(("openai",), Meaning(), ModelNames(), frozenset((one.provider, one.model) for one in known))
    facts = Facts(
        said,
        known,
        naming.named,
        naming.is_unknown,
        lambda currency, _: {"USD": Decimal(1), "EUR": Decimal("1.16")}[currency],
        (UTC, WEST),
        said.smallest_unit,
    )
    result = reconcile(replace(facts, **more))  # type: ignore[arg-type]  # fields are the caller's
    assert result.our_total + sum(result.amounts().values()) == result.invoice_total
    return result


def amounts(result: Reconciliation) -> dict[str, Decimal]:
    found = result.amounts()
    return found if found["unexplained"] else {reason: one for reason, one in found.items() if reason != "unexplained"}


STEADY = [used(day, kind, 1_000_000) for day in range(DAYS) for kind in ("input", "output")]
STEADY_LINES = [billed(day, kind, 1_000_000, str(PRICES[kind])) for day in range(DAYS) for kind in ("input", "output")]


def test_equal_sides_have_no_difference() -> None:
    assert compared(STEADY, STEADY_LINES).findings == []


def test_usage_of_both_sides_at_another_price() -> None:
    lines = [line if line.kind == "input" else replace(line, amount=Decimal("9")) for line in STEADY_LINES]
    assert amounts(compared(STEADY, lines)) == {"price_difference": Decimal(-DAYS)}


def test_more_usage_at_another_price_is_two_differences() -> None:
    """Half a million tokens more at 12 $ a million instead of 10: the common million costs 2 more, the rest 6."""
    lines = [replace(STEADY_LINES[1], quantity=Decimal(1_500_000), amount=Decimal("18"))]
    found = compared([STEADY[1]], lines)
    assert amounts(found) == {"missing_telemetry": Decimal(6), "price_difference": Decimal(2)}


def test_the_price_beside_a_line_is_believed_where_its_amount_agrees() -> None:
    stated = replace(STEADY_LINES[1], quantity=Decimal(1_234), amount=Decimal("0.01"), unit_price=Decimal("0.000012"))
    found = compared([used(0, "output", 1_234)], [stated])
    price = Decimal("1234") * 2 / MILLION
    assert amounts(found) == {"price_difference": price, "rounding": Decimal("0.01") - Decimal("0.014808")}


def test_cached_input_counted_as_uncached_is_named() -> None:
    ours = [used(0, "input", 600_000), used(0, "cache_read", 400_000)]
    found = compared(ours, [billed(0, "input", 1_000_000, "2.50")])
    assert amounts(found) == {"cached_tokens": Decimal("0.5")}


def test_usage_under_another_project_is_named() -> None:
    ours = [used(0, "input", 1000, project="a"), used(0, "input", 1000, project="b"), used(1, "input", 1, project="a")]
    lines = [billed(0, "input", 2000, "0.005", project="a"), billed(1, "input", 1, "0.0000025", project="a")]
    found = compared(ours, lines)
    assert amounts(found) == {"other_project": Decimal(0)}
    assert {one.key.project: one.amount for one in found.findings} == {"a": Decimal("0.0025"), "b": -Decimal("0.0025")}


def test_projects_that_share_no_name_are_not_compared() -> None:
    found = compared([used(0, "input", 1000, project="a")], [billed(0, "input", 1000, "0.0025", project="proj_1")])
    assert found.findings == []
    assert not found.grain.has_project


def test_what_we_cannot_price_is_named() -> None:
    found = compared([used(0, "input", 1_000_000, priced=False)], [billed(0, "input", 1_000_000, "2.50")])
    assert amounts(found) == {"unpriced_model": Decimal("2.50")}


def test_a_name_that_means_nothing_is_named() -> None:
    line = replace(STEADY_LINES[0], model="Große Maschine")
    found = compared([], [line])
    assert amounts(found) == {"unknown_model": Decimal("2.50")}
    assert "Große Maschine" in found.findings[0].detail


def test_a_model_that_we_never_called_is_missing_telemetry() -> None:
    assert amounts(compared([], STEADY_LINES[:1])) == {"missing_telemetry": Decimal("2.50")}


def test_a_cost_that_a_client_reported_is_named() -> None:
    reported = Ours(START, "openai", "gpt-4o", "", "reported", Decimal(0), Decimal(0), Decimal("3"))
    ours = [used(0, "input", 1_000_000, priced=False), reported]
    found = compared(ours, [billed(0, "input", 1_000_000, "2.50")])
    assert amounts(found) == {"unpriced_model": Decimal("2.50"), "reported_cost": Decimal(-3)}


def test_another_exchange_rate_is_named() -> None:
    """We say 1.16 dollars a euro; the invoice was converted at 1.25, so its euros are fewer."""
    lines = [replace(line, amount=(line.amount or 0) / Decimal("1.25"), currency="EUR") for line in STEADY_LINES]
    found = compared(STEADY, lines)
    assert amounts(found) == {"currency": found.invoice_total - found.our_total}
    assert "a EUR is 1.25 USD on the invoice, 1.16 with us" in found.findings[0].detail


def test_our_exchange_rate_leaves_nothing() -> None:
    lines = [replace(line, amount=(line.amount or 0) / Decimal("1.16"), currency="EUR") for line in STEADY_LINES]
    exact = [replace(line, amount=(line.amount or Decimal(0)).quantize(Decimal("0.01"))) for line in lines]
    assert set(amounts(compared(STEADY, exact))) == {"rounding"}


def test_taxes_and_discounts_are_named_as_what_they_are() -> None:
    more = [billed(9, None, None, amount, charge=charge) for charge, amount in (("tax", "1.9"), ("discount", "-2"))]
    assert amounts(compared(STEADY, [*STEADY_LINES, *more])) == {"tax": Decimal("1.9"), "discount": Decimal(-2)}


def test_day_totals_tell_no_price_from_usage() -> None:
    """One amount a day: what differs on a single day stays unexplained, and is said first."""
    whole = [billed(day, None, None, "12.5" if day else "13", model=None) for day in range(DAYS)]
    found = compared(STEADY, whole)
    assert next(iter(found.amounts().items())) == ("unexplained", Decimal("0.5"))


def test_day_totals_with_a_price_that_changed_for_good() -> None:
    whole = [billed(day, None, None, "12.5" if day < 5 else "15", model=None) for day in range(DAYS)]
    assert amounts(compared(STEADY, whole)) == {"price_difference": Decimal("12.5")}


def test_days_are_matched_by_the_hour_they_begin_at() -> None:
    """Each day's last eight hours belong to the next day of the invoice's; the first day loses what is before it."""
    ours = [used(day, "input", 1000 * (day + hour + 1), hour=hour) for day in range(DAYS) for hour in (4, 20)]
    lines = []
    for day in range(DAYS):
        there = [one for one in ours if WEST.day_of(one.quarter) == FIRST + timedelta(days=day)]
        lines.append(billed(day, "input", int(sum(one.quantity for one in there)), str(sum(one.cost for one in there))))
    found = compared(ours, lines)
    assert found.boundary is WEST
    lost = sum(one.cost for one in ours if WEST.day_of(one.quarter) is None)
    assert amounts(found) == {"time_zone": -lost}


def test_a_boundary_that_is_stated_is_taken() -> None:
    assert compared(STEADY, STEADY_LINES, boundary=WEST).boundary is WEST


def test_a_price_out_of_proportion_is_left_unexplained() -> None:
    """A thousand tokens for three dollars: thousands were taken for tokens, or one column for another."""
    found = compared(STEADY[:1], [replace(STEADY_LINES[0], quantity=Decimal(1000), amount=Decimal(3))])
    assert amounts(found) == {"unexplained": Decimal("0.5")}
    assert "are units or columns mistaken?" in found.findings[0].detail


@given(
    st.lists(
        st.tuples(
            st.integers(0, DAYS - 1),
            st.sampled_from(sorted(PRICES)),
            st.integers(0, 5_000_000),
            st.integers(0, 5_000_000),
            st.decimals("0", "100", places=4),
            st.booleans(),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_the_sides_say_the_sum_holds(rows: list[tuple[int, str, int, int, Decimal, bool]]) -> None:
    """`compared` asserts it: ours and all named differences are the invoice, to the last digit."""
    ours = [used(day, kind, mine) for day, kind, mine, _, _, _ in rows if mine]
    lines = [
        billed(day, kind, theirs if has_quantity else None, str(amount))
        for day, kind, _, theirs, amount, has_quantity in rows
    ]
    result = compared(ours, lines)
    assert all(one.amount == one.amount.quantize(Decimal("1e-12")) for one in result.findings)


@pytest.mark.parametrize(
    ("low", "high", "shortest"),
    [
        ("0.29", "0.31", "0.3"),
        ("2.4951", "2.5049", "2.5"),
        ("11", "19", "15"),
        ("0.1499", "0.1501", "0.15"),
        ("-1", "1", "0"),
    ],
)
def test_prices_are_the_shortest_numbers_that_fit(low: str, high: str, shortest: str) -> None:
    assert Interval(Decimal(low), Decimal(high)).shortest() == Decimal(shortest)
