"""Figures read well at every size, and unknown never reads as zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import figures


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "–"),
        (0, "$0.00"),
        (Decimal("0.0042"), "$0.0042"),
        (Decimal("0.00001234"), "$0.000012"),
        (Decimal("0.05"), "$0.050"),
        (Decimal("0.0996"), "$0.10"),
        (Decimal("0.00996"), "$0.010"),
        (Decimal("0.31"), "$0.31"),
        (Decimal("0.999"), "$1.00"),
        (Decimal("1.643742"), "$1.64"),
        (Decimal("27968.272099"), "$27,968"),
        (Decimal("999949.99"), "$999,950"),
        (1_234_567, "$1.2 M"),
        (2_500_000_000, "$2.5 B"),
        (Decimal("-3.5"), "−$3.50"),
    ],
)
def test_money(usd: Decimal | int | None, text: str) -> None:
    assert figures.money(usd) == text


@given(st.decimals(min_value="0.000000000001", max_value="900000", places=12))
def test_money_is_within_its_last_digit(usd: Decimal) -> None:
    """Reading the text back gives the amount within 5.1 %: never a zero, never another size."""
    shown = Decimal(figures.money(usd).replace("$", "").replace(",", ""))
    assert abs(shown - usd) <= usd * Decimal("0.051")


@given(st.decimals(min_value="-99999999", max_value="99999999", places=12))
def test_exact_money_reads_back(usd: Decimal) -> None:
    assert Decimal(figures.exact_money(usd).replace("$", "").replace(",", "").replace("−", "-")) == usd


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "–"), (0, "0"), (812, "812"), (4100, "4.1 k"), (999_600, "1.0 M"), (22_361_870, "22 M"), (1.31e9, "1.3 B")],
)
def test_tokens(count: float | None, text: str) -> None:
    assert figures.tokens(count) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"), (0, "0 B"), (812, "812 B"), (4100, "4.1 kB"), (22_400_000, "22 MB"), (999_960, "1.0 MB"),
        (1_300_000_000, "1.3 GB"), (2e12, "2.0 TB"), (-4100, "−4.1 kB"),
    ],
)  # fmt: skip
def test_size(number: float | None, text: str) -> None:
    assert figures.size(number) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [(None, "–"), (240, "240 ms"), (3210, "3.2 s"), (48_000, "48 s"), (720_000, "12 min"), (12_600_000, "3.5 h")],
)
def test_duration(ms: float | None, text: str) -> None:
    assert figures.duration(ms) == text


def test_shares_and_changes() -> None:
    assert figures.share(Decimal("0.0004")) == "< 0.1 %"
    assert figures.share(1, 0) == "–"
    assert figures.share(34, 100) == "34 %"
    assert figures.change(112, 100) == "+12 %"
    assert figures.change(Decimal("96.6"), 100) == "−3.4 %"
    assert figures.change(100, Decimal("100.01")) == "0.0 %"
    assert figures.change(1, 0) is None
    assert figures.points(Decimal("0.31"), Decimal("0.24")) == "+7.0 pts"


@pytest.mark.parametrize(
    ("ratio", "written"),
    [
        (1.427, "× 1.43"),
        (1, "× 1.00"),
        (0.8512, "× 0.85"),
        (0.0234, "× 0.023"),
        (12.34, "× 12.3"),
        (140.2, "× 140"),
        (None, "–"),
    ],
)
def test_ratios_keep_the_digits_that_help(ratio: float | None, written: str) -> None:
    assert figures.times(ratio) == written
