"""Charges that are not tokens: read strictly, spread to the last pico-dollar, corrected and never edited."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.pricing.charges import ChargeError, current, daily, read_charges, refuse_shared_cover, spread
from transforms.pricing.coverage import read_coverage, refuse_unknown_rules
from transforms.pricing.currency import Exchange, read_fx

HEADER = "charge_id,category,provider,description,amount,currency,period_from,period_to,source"
SEATS = "seats,seat,anthropic,ten seats,2000,USD,2026-10-01,2026-11-01,invoice 7"
EURO = read_fx("currency,date,usd_per_unit,source\nEUR,2026-10-01,1.1650,ECB\n", "fx.csv")


def read(*rows: str, header: str = HEADER, exchange: Exchange = EURO) -> list[Decimal]:
    return [charge.amount_usd for charge in read_charges("\n".join((header, *rows)), "charges.csv", exchange)]


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=12),
    st.integers(min_value=1, max_value=3660),
)
def test_a_spread_amount_adds_up_and_no_day_differs_by_more_than_a_pico_dollar(amount: Decimal, days: int) -> None:
    shares = spread(amount, days)
    assert len(shares) == days
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= Decimal("1e-12")


def test_a_charge_is_effective_day_by_day_and_billed_on_one() -> None:
    text = f"{HEADER},invoice_date\n{SEATS},2026-11-03\n"
    (charge,) = read_charges(text, "charges.csv", EURO)
    days = daily(charge)
    assert (len(days), days[-1]) == (32, (date(2026, 11, 3), Decimal(0), Decimal(0), Decimal(2000)))
    assert [sum(column) for column in list(zip(*days, strict=True))[1:]] == [2000, 2000, 2000]
    assert days[0][1:] == (Decimal("64.516129032259"), Decimal("64.516129032259"), Decimal(0))


def test_a_foreign_amount_is_converted_at_the_rate_of_its_billing_day() -> None:
    text = f"{HEADER}\n{SEATS.replace('USD', 'EUR')}\n"
    (charge,) = read_charges(text, "charges.csv", EURO)
    assert (charge.amount, charge.amount_usd) == (Decimal(2000), Decimal(2330))
    assert charge.fx_source == "EUR at 1.1650 USD, ECB of 2026-10-01"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (SEATS.replace(",seat,", ",seats,"), "charges.csv:2: category is 'seats', expected one of .*did you mean seat"),
        (SEATS.replace("2000", "2,000"), "charges.csv:2: the row goes on after source"),
        (SEATS.replace("2000", "-5"), "amount is -5: only a credit is negative; is the category credit"),
        (SEATS.replace(",seat,", ",credit,"), "amount is 2000: a credit is negative"),
        (SEATS.replace("2026-11-01", "2026-10-01"), "period_to 2026-10-01 is not after period_from 2026-10-01"),
        (SEATS.replace("2026-11-01", "2062-11-01"), "is the year right"),
        (SEATS.replace("2026-11-01", ""), "period_to is empty"),
        (SEATS.replace("USD", "GBP"), "currency is 'GBP': fx.csv has no rate for GBP"),
        (SEATS.replace("2000", "2000000001"), "is it in cents"),
        (SEATS.replace("2000", "0.0000000000001"), "more than 12 decimals"),
        (SEATS.replace("invoice 7", ""), "charges.csv:2: source is empty"),
        (SEATS.replace("seats,seat", ",seat"), "charge_id is empty"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_by_line_and_column(row: str, problem: str) -> None:
    with pytest.raises(ChargeError, match=problem):
        read(row)


def test_an_id_stands_once_and_what_is_superseded_stands_above_it_and_is_superseded_once() -> None:
    header = f"{HEADER},supersedes"
    first, second = f"{SEATS},", f"{SEATS.replace('seats,', 'right,', 1)},seats"
    text = "\n".join((header, first, second))
    assert [charge.charge_id for charge in current(read_charges(text, "c.csv", EURO))] == ["right"]
    with pytest.raises(ChargeError, match=r"charges.csv:3: charge_id is 'seats', which stands in charges.csv:2"):
        read(first, first, header=header)
    with pytest.raises(ChargeError, match=r"charges.csv:2: supersedes is 'seats', which is no charge_id above"):
        read(second, first, header=header)
    with pytest.raises(ChargeError, match=r"charges.csv:4: supersedes is 'seats', which right supersedes already"):
        read(first, second, second.replace("right", "again"), header=header)


def test_a_day_of_a_rule_is_paid_for_once() -> None:
    header = f"{HEADER},covers,organization"
    one, two = f"{SEATS},claude,", f"{SEATS.replace('seats,', 'more,', 1)},claude,"
    refuse_shared_cover(read_charges(f"{header}\n{one}acme\n{two}other", "c.csv", EURO))
    refuse_shared_cover(
        read_charges(f"{header}\n{one}\n{two.replace('2026-10-01,2026-11', '2026-11-01,2026-12')}", "c.csv", EURO)
    )
    for organizations in (("", ""), ("acme", ""), ("acme", "acme")):
        text = f"{header}\n{one}{organizations[0]}\n{two}{organizations[1]}"
        with pytest.raises(ChargeError, match=r"c.csv:\d: covers is 'claude', whose calls \w+ \(c.csv:\d\) pays for"):
            refuse_shared_cover(read_charges(text, "c.csv", EURO))


def test_rules_are_read_strictly() -> None:
    (rule,) = read_coverage("rule,allocate_by,dialect,user_id\nc,metered,claude_code,*@a.example; b\n", "r.csv")
    assert rule.asks == {"dialect": ("claude_code",), "user_id": ("*@a.example", "b")}
    for text, problem in (
        ("rule,allocate_by,dialect\nc,metered,\n", r"r.csv:2: rule 'c' asks nothing and would cover every call"),
        ("rule,allocate_by,dialect\nc,cost,x\n", r"allocate_by is 'cost', expected one of metered, tokens"),
        ("rule,allocate_by,dialekt\nc,tokens,x\n", r"no such column 'dialekt'; did you mean dialect"),
        ("rule,allocate_by,dialect\nc,tokens,x\nc,metered,y\n", r"r.csv:3: allocate_by is 'metered', but 'tokens'"),
    ):
        with pytest.raises(ChargeError, match=problem):
            read_coverage(text, "r.csv")


def test_a_charge_names_a_rule_that_there_is() -> None:
    charges = read_charges(f"{HEADER},covers\n{SEATS},claud\n", "c.csv", EURO)
    rules = read_coverage("rule,allocate_by,dialect\nclaude,metered,claude_code\n", "r.csv")
    with pytest.raises(ChargeError, match=r"c.csv:2: covers is 'claud': r.csv has no such rule; did you mean claude"):
        refuse_unknown_rules(charges, rules, "r.csv")
    with pytest.raises(ChargeError, match="set SPANLEDGER_COVERAGE_FILE"):
        refuse_unknown_rules(charges, [], None)


def test_a_credit_covers_nothing() -> None:
    credit = SEATS.replace(",seat,", ",credit,").replace("2000", "-50")
    with pytest.raises(ChargeError, match="a credit pays for no calls"):
        read(f"{credit},claude", header=f"{HEADER},covers")


@pytest.mark.parametrize(("quantity", "problem"), [("1e-13", "more than 12 decimals"), ("1e19", "beyond 10+$")])
def test_a_quantity_that_cannot_be_kept_is_refused(quantity: str, problem: str) -> None:
    with pytest.raises(ChargeError, match=rf"charges\.csv:2: quantity is .*{problem}"):
        read_charges(f"{HEADER},quantity\n{SEATS},{quantity}\n", "charges.csv", EURO)
