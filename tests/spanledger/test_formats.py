"""Tables for people: a column of decimals ends at one place, and no digit is lost."""

from decimal import Decimal

from spanledger import formats


def test_decimals_end_where_the_longest_has_its_last_digit() -> None:
    rows = [(Decimal("11250.000000000000"), Decimal("0E-12"), None), (Decimal("-0.125000000000"), None, 7)]
    assert list(formats.table(["usd", "rest", "calls"], rows)) == [
        "      usd  rest  calls",
        "---------  ----  -----",
        "11250.000  0.00      -",
        "   -0.125     -      7",
    ]


def test_digits_beyond_the_context_s_precision_stay() -> None:
    long = Decimal("12345678901234567890123456.000000000001")
    assert list(formats.table(["usd"], [(long,), (Decimal("NaN"),)]))[2:] == [
        "12345678901234567890123456.000000000001",
        "                                    NaN",
    ]
