"""The examples of docs/charges.md are read as it says."""

import re
from decimal import Decimal

from docs.generate import DOCS
from transforms.pricing.charges import SCOPE, current, read_charges, refuse_shared_cover, spread
from transforms.pricing.coverage import ASKS, read_coverage, refuse_unknown_rules
from transforms.pricing.currency import Exchange

PAGE = (DOCS / "charges.md").read_text()
CHARGES, COVERAGE = re.findall(r"^```csv\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_examples_are_read() -> None:
    charges = read_charges(CHARGES, "charges.csv", Exchange())
    rules = read_coverage(COVERAGE, "coverage.csv")
    refuse_unknown_rules(charges, rules, "coverage.csv")
    refuse_shared_cover(current(charges))
    assert sum(charge.amount_usd for charge in current(charges)) == 15500 - 250 + 2400


def test_the_page_names_every_column() -> None:
    assert [column for column in (*ASKS, *SCOPE) if f"`{column}`" not in PAGE] == []


def test_the_sum_on_the_page_is_right() -> None:
    days = spread(Decimal(2000), 31)
    assert [days.count(Decimal(f"64.51612903225{last}")) for last in (9, 8)] == [2, 29]
